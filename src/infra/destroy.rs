//! Removes an environment, in an order in which nothing comes back, and proves that nothing is left that is paid for.

use serde::Serialize;
use serde_json::Value;

use super::{
    Api, InfraContext, Summary, Survivor, dns,
    made::{self, Made},
    plan::{Planned, Purpose, planned},
    sweep,
};
use crate::{
    failure::Result,
    k8s::{self, Client, Deadline, Look},
};

/// A deletion at Scaleway is seen by everybody only after a while.
const SETTLE: std::time::Duration = std::time::Duration::from_secs(90);
const LOOK_PAUSE: std::time::Duration = std::time::Duration::from_secs(3);

/// What became of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Destroyed {
    /// The version of this format.
    pub version: u8,
    /// How many resources OpenTofu removed.
    pub removed: usize,
    /// What is still there although it should be gone, and is paid for.
    pub survivors: Vec<Survivor>,
    /// What is still there on purpose, and is paid for.
    pub kept: Vec<Survivor>,
}

/// Removes the environment, once `consent` was given to what would be removed.
///
/// `reach` connects to the cluster whose kubeconfig it is given, or says why it cannot: a cluster that does not answer must
/// not keep its own removal up.
pub async fn destroy(
    context: &InfraContext,
    with_backups: bool,
    reach: impl AsyncFnOnce(&str) -> Result<Client>,
    consent: impl FnOnce(&Summary) -> Result<()>,
) -> Result<Destroyed> {
    let purpose = if with_backups { Purpose::RemoveAll } else { Purpose::Remove };
    let plan = planned(context, purpose).await?;
    let outputs = plan.outputs().await?.unwrap_or_default();
    if !plan.summary.is_empty() {
        consent(&plan.summary)?;
    }
    // A name that leads to somebody else's address is an invitation: it goes first.
    dns::name(context, None).await?;
    let made = before(context, &outputs, reach).await?;
    let removed = plan.summary.changes.len();
    remove(context, plan, with_backups).await?;
    after(context, removed, &outputs, &made).await
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
            let why = std::iter::once(failure.message).chain(failure.causes).collect::<Vec<_>>().join(": ");
            let text = format!(
                "the cluster cannot be asked what it made ({why}); Scaleway removes it with the cluster"
            );
            context.events.emit(crate::event::Event::Warning { text });
            Ok(Made::default())
        }
    }
}

async fn remove<'a>(context: &'a InfraContext, plan: Planned<'a>, with_backups: bool) -> Result<()> {
    if with_backups {
        // What a bucket may be destroyed with stands in the state, not in the plan of its destruction.
        planned(context, Purpose::GiveUpBackups).await?.apply(context).await?;
        planned(context, Purpose::RemoveAll).await?.apply(context).await?;
    } else {
        plan.apply(context).await?;
    }
    Ok(())
}

/// Looks for what is left, removes what can be removed, and tells the rest.
async fn after(context: &InfraContext, removed: usize, outputs: &Value, made: &Made) -> Result<Destroyed> {
    let api = Api::new(&context.credentials)?;
    let cluster = outputs["cluster_id"]["value"].as_str().and_then(|id| id.split('/').next_back());
    let mut found = sweep::survivors(context, &api, cluster, made).await?;
    if !found.is_empty() {
        sweep::sweep(&api, &found).await;
        let last = std::sync::Mutex::new(found);
        let _ = k8s::wait(Deadline::after(SETTLE), LOOK_PAUSE, "see it gone", || async {
            let left = sweep::survivors(context, &api, cluster, made).await?;
            let gone = left.is_empty();
            *last.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = left;
            Ok(if gone { Look::Ready(()) } else { Look::NotYet("something is left".to_owned()) })
        })
        .await;
        found = last.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    }
    Ok(Destroyed { version: 1, removed, survivors: found, kept: sweep::buckets(context).await? })
}
