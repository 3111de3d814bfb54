//! Removes an environment, in an order in which nothing comes back, and proves that nothing is left that is paid for.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::{
    Api, InfraContext, LeftoverResource, Summary, dns,
    made::{self, Made},
    plan::{Planned, Purpose, planned},
    sweep,
};
use crate::base::{
    event::Event,
    failure::{Kind, Result},
    k8s::Client,
    wait::{Deadline, Observation},
};

const LOOK_PAUSE: Duration = Duration::from_secs(3);
/// Where the modules keep backups.
const STORAGE: &str = "module.storage.";

/// How an environment is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DestroyOptions {
    /// Whether the backups go as well.
    pub with_backups: bool,
    /// How long to wait for what goes slowly: a deletion at Scaleway is seen by everybody only after a while.
    pub settle: Duration,
}

/// What became of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Destroyed {
    /// The version of this format.
    pub version: u8,
    /// How many resources OpenTofu removed.
    pub removed: usize,
    /// What is still there although it should be gone, and is paid for.
    pub leftover_resources: Vec<LeftoverResource>,
    /// What is still there on purpose, and is paid for.
    pub kept: Vec<LeftoverResource>,
}

/// Removes the environment, once `consent` was given to what would be removed.
///
/// `reach` connects to the cluster whose kubeconfig it is given, or says why it cannot: a cluster that does not answer must
/// not keep its own removal up.
pub async fn destroy(
    context: &InfraContext,
    manner: DestroyOptions,
    reach: impl AsyncFnOnce(&str) -> Result<Client>,
    consent: impl FnOnce(&Summary) -> Result<()>,
) -> Result<Destroyed> {
    let purpose = if manner.with_backups { Purpose::RemoveAll } else { Purpose::Remove };
    let plan = planned(context, purpose).await?;
    let outputs = plan.outputs().await?.unwrap_or_default();
    if !plan.summary.is_empty() {
        consent(&plan.summary)?;
    }
    // A name that leads to somebody else's address is an invitation: it goes first.
    dns::name(context, None).await?;
    let made = before(context, &outputs, reach).await?;
    let removed = plan.summary.changes.len();
    remove(context, plan, manner.with_backups).await?;
    after(context, removed, (&outputs, &made), manner.settle).await
}

/// Removes what Kubernetes made; gives what there was.
async fn before(
    context: &InfraContext,
    outputs: &Value,
    reach: impl AsyncFnOnce(&str) -> Result<Client>,
) -> Result<Made> {
    let Some(kubeconfig) = outputs["kubeconfig"]["value"].as_str() else { return Ok(Made::default()) };
    match reach(kubeconfig).await {
        Ok(client) => made::remove(&client, &context.events).await,
        Err(failure) => {
            let text = format!(
                "the cluster cannot be asked what it made ({}); Scaleway removes it with the cluster",
                failure.with_causes()
            );
            context.events.emit(Event::Warning { text });
            Ok(Made::default())
        }
    }
}

async fn remove<'a>(context: &'a InfraContext, plan: Planned<'a>, with_backups: bool) -> Result<()> {
    let backups = plan.summary.changes.iter().any(|change| change.address.starts_with(STORAGE));
    if with_backups && backups {
        // What a bucket may be destroyed with stands in the state, not in the plan of its destruction.
        planned(context, Purpose::GiveUpBackups).await?.apply(context).await?;
        planned(context, Purpose::RemoveAll).await?.apply(context).await?;
    } else {
        plan.apply(context).await?;
    }
    Ok(())
}

/// Looks for what is left, removes what can be removed, and tells the rest.
async fn after(
    context: &InfraContext,
    removed: usize,
    (outputs, made): (&Value, &Made),
    settle: Duration,
) -> Result<Destroyed> {
    let api = Api::new(&context.credentials)?;
    let cluster = outputs["cluster_id"]["value"].as_str().and_then(|id| id.split('/').next_back());
    let gone = crate::base::wait::wait(Deadline::after(settle), LOOK_PAUSE, "see it gone", || async {
        let left = sweep::leftover_resources(context, &api, cluster, made).await?;
        // What is still used today may be free at the next look.
        let refused = sweep::sweep(&api, &left).await;
        Ok(if left.is_empty() { Observation::Ready(()) } else { Observation::Pending(refused.join("; ")) })
    })
    .await;
    let leftover_resources = match gone {
        Ok(()) => Vec::new(),
        // What the last sweep removed is gone by now.
        Err(failure) if failure.kind == Kind::TimedOut => {
            sweep::leftover_resources(context, &api, cluster, made).await?
        }
        Err(failure) => return Err(failure),
    };
    Ok(Destroyed { version: 1, removed, leftover_resources, kept: sweep::buckets(context).await? })
}
