//! `seasense promote`: opens the environments, chooses the digest, and runs the driver.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    Access,
    context::{ContextInput, PromotionContext},
    environment::{ClusterTarget, ObservedCluster},
    evidence::CollectedEvidence,
    rehearse::in_rehearsal,
    store::history::Action,
};
use crate::{
    base::{
        digest::Digest,
        event::Events,
        failure::{Failure, Kind, Result},
    },
    config::{EnvName, Project},
    promotion::{
        driver::{Ended, Order, Pace, Soak, wait_for_soak},
        target::ObservedEnvironment,
    },
};

/// The pause between two observations of a source that soaks.
const SOAK_PAUSE: Duration = Duration::from_secs(15);

/// The input of a promotion.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate option of the command line")]
pub struct PromoteInput {
    /// The environment to promote to.
    pub environment: EnvName,
    /// The digest; `None` selects the one that the source runs.
    pub digest: Option<Digest>,
    /// The reason for a cost above the budget.
    pub over_budget: Option<String>,
    /// The traffic share of a canary in percent.
    pub canary: Option<u8>,
    /// Whether to promote to a rehearsal instead.
    pub rehearse: bool,
    /// Whether to keep a rehearsal that this run creates.
    pub keep: bool,
    /// Whether to wait until the source has soaked.
    pub wait_soak: bool,
    /// Whether to push the commits to `origin`, without a forge.
    pub push: bool,
    /// [`Access::Read`] for a dry run.
    pub access: Access,
}

/// Promotes a digest.
pub async fn promote(project: &Project, events: &Events, input: PromoteInput) -> Result<Ended> {
    let PromoteInput { rehearse, access, push, .. } = input;
    let (environment, topic) = (&input.environment, "promote");
    let context = ContextInput { environment, rehearse, access, topic, push };
    let context = PromotionContext::open(project, events, context).await?;
    let (local, target) = (&context.local, &context.environment);
    let Some(source) = context.source()? else {
        return Err(Failure::new(Kind::Usage, format!("cannot promote to `{}`", target.name()))
            .because(format!("`promotion.from` in envs/{environment}.toml is empty"))
            .hint("run `seasense dev` to deploy the work tree to a local environment"));
    };
    let observed = ObservedCluster::open(local, source.clone(), &source).await?;
    let digest = match input.digest {
        Some(digest) => digest,
        None => current_digest(&observed, source.name()).await?,
    };
    let order =
        Order { canary: input.canary, ..context.order(Action::Promote, Some(source.name()), &digest) };
    if input.wait_soak {
        let soak = Soak { required: order.rules.soak, ready: Pace::USUAL.ready, pause: SOAK_PAUSE };
        wait_for_soak(&observed, (source.name(), &digest), soak, &Timestamp::now, events).await?;
    }
    let evidence = CollectedEvidence {
        context: &context,
        source: &observed,
        source_environment: &source,
        digest: &digest,
        over_budget: input.over_budget.as_deref(),
    };
    if access == Access::Read {
        let target = ObservedCluster::open(local, target.clone(), &source).await?;
        return context.plan(&target, &evidence, &order).await;
    }
    let run = async {
        let target = ClusterTarget::open(local, target.clone(), &source, Timestamp::now()).await?;
        context.run(&target, &evidence, &order).await
    };
    let run = Box::pin(run);
    if rehearse { in_rehearsal(local, target, input.keep, run).await } else { run.await }
}

/// Returns the digest that the source runs.
async fn current_digest<T: ObservedEnvironment>(source: &T, name: &EnvName) -> Result<Digest> {
    source.state().await?.digest.ok_or_else(|| {
        Failure::new(Kind::Promotion, format!("`{name}` runs no artifact to promote"))
            .hint(format!("find the reason with `seasense status --env {name}`"))
    })
}
