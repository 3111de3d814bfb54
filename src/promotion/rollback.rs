//! `seasense rollback`: opens the environment, chooses a verified digest, and runs the driver.

use jiff::Timestamp;

use super::{
    Access,
    context::{ContextInput, PromotionContext},
    environment::{ClusterTarget, ObservedCluster},
    store::{PromotionStore, history::Action},
};
use crate::{
    base::{event::Events, failure::Result},
    config::{EnvName, Project},
    promotion::{
        digest_prefix::DigestPrefix,
        driver::{Ended, NoEvidence, rollback_target, verify_history},
    },
};

/// The input of a rollback.
#[derive(Debug, Clone)]
pub struct RollbackInput {
    /// The environment to roll back.
    pub environment: EnvName,
    /// The digest; `None` selects the last verified one before the current one.
    pub to: Option<DigestPrefix>,
    /// Whether to roll back a rehearsal instead.
    pub rehearse: bool,
    /// Whether to push the commits to `origin`, without a forge.
    pub push: bool,
    /// [`Access::Read`] for a dry run.
    pub access: Access,
}

/// Deploys an earlier, verified digest.
pub async fn rollback(project: &Project, events: &Events, input: RollbackInput) -> Result<Ended> {
    let RollbackInput { rehearse, access, push, to, .. } = input;
    let (environment, topic) = (&input.environment, "rollback");
    let context = ContextInput { environment, rehearse, access, topic, push };
    let context = PromotionContext::open(project, events, context).await?;
    let (local, target) = (&context.local, &context.environment);
    let state = context.store.read(to.as_ref().and_then(DigestPrefix::whole).as_ref()).await?;
    // A digest is chosen only from a history that can be trusted.
    let (state, _) = verify_history(target.name(), state, None).await?;
    let digest = match to {
        Some(prefix) => prefix.resolve(&state.history)?,
        None => rollback_target(state.lock.as_ref(), &state.history)?,
    };
    let record = state.history.verified().find(|record| record.digest == digest);
    let from = record.and_then(|record| record.from.as_ref());
    let source = context.source()?.unwrap_or_else(|| target.clone());
    let order = context.order(Action::Rollback, from, &digest);
    if access == Access::Read {
        let target = ObservedCluster::open(local, target.clone(), &source).await?;
        return context.plan(&target, &NoEvidence, &order).await;
    }
    let target = ClusterTarget::open(local, target.clone(), &source, Timestamp::now()).await?;
    context.run(&target, &NoEvidence, &order).await
}
