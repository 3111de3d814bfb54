//! Removes an environment in an order that recreates nothing, and verifies that no billed resource is left
//! over.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::{
    Api, InfraContext, LeftoverResource, Summary,
    change_plan::{ChangePlan, Purpose, plan_for},
    cluster_resources::{self, ClusterResources},
    dns, leftovers,
};
use crate::{
    base::{
        event::Event,
        failure::{Failure, Kind, Result},
        k8s::{Client, ClusterHandle},
        wait::{Deadline, Observation, wait},
    },
    config::EnvName,
    local::cluster::{attached, kubeconfig},
};

const CHECK_PAUSE: Duration = Duration::from_secs(3);
/// The module of the backups.
const STORAGE: &str = "module.storage.";

/// Options of a removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DestroyOptions {
    /// Whether the backups are removed too.
    pub with_backups: bool,
    /// How long to wait for slow deletions before a resource counts as left over.
    pub settle: Duration,
}

/// The result of a removal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Destroyed {
    /// The version of the schema.
    pub version: u8,
    /// How many resources OpenTofu removed.
    pub removed: usize,
    /// Billed resources that should be removed but remain.
    pub leftover_resources: Vec<LeftoverResource>,
    /// Billed resources that were kept intentionally.
    pub kept: Vec<LeftoverResource>,
}

impl Destroyed {
    /// Fails if a billed resource of the environment called `name` is left over.
    pub fn require_complete(&self, name: &EnvName) -> Result<()> {
        match self.leftover_resources.len() {
            0 => Ok(()),
            count => Err(Failure::new(
                Kind::Cluster,
                format!("{count} billed resources of `{name}` are left over"),
            )
            .because("Scaleway did not remove them, or they are still in use")
            .hint(format!(
                "run `seasense infra destroy {name}` again in a few minutes, then remove the rest in the console"
            ))),
        }
    }
}

/// Removes the environment after `confirm` accepted the changes, and the local files for access to its cluster.
pub async fn destroy(
    context: &InfraContext,
    options: DestroyOptions,
    confirm: impl FnOnce(&Summary) -> Result<()>,
) -> Result<Destroyed> {
    let purpose = if options.with_backups { Purpose::RemoveAll } else { Purpose::Remove };
    let plan = plan_for(context, purpose).await?;
    let outputs = plan.outputs().await?.unwrap_or_default();
    if !plan.summary.is_empty() {
        confirm(&plan.summary)?;
    }
    // The DNS record first: a dangling record could be taken over.
    dns::set_record(context, None).await?;
    let resources = remove_cluster_resources(context, &outputs).await?;
    let removed = plan.summary.changes.len();
    apply_removal(context, plan, options.with_backups).await?;
    let destroyed = find_leftovers(context, removed, (&outputs, &resources), options.settle).await?;
    attached::forget(&context.dirs, &context.infrastructure.environment)?;
    Ok(destroyed)
}

/// Removes the resources that Kubernetes created; returns those that existed. An unreachable cluster is only a
/// warning: it must not prevent its own removal.
async fn remove_cluster_resources(context: &InfraContext, outputs: &Value) -> Result<ClusterResources> {
    let Some(kubeconfig) = outputs["kubeconfig"]["value"].as_str() else {
        return Ok(ClusterResources::default());
    };
    match connect(context, kubeconfig).await {
        Ok(client) => cluster_resources::remove(&client, &context.events).await,
        Err(failure) => {
            let text = format!(
                "cannot list the resources that the cluster created ({}); Scaleway removes them with the cluster",
                failure.with_causes()
            );
            context.events.emit(Event::Warning { text });
            Ok(ClusterResources::default())
        }
    }
}

/// Connects to the cluster of this kubeconfig, which pins the CA and the token, so that no other cluster can
/// respond.
async fn connect(context: &InfraContext, kubeconfig: &str) -> Result<Client> {
    let name = &context.infrastructure.environment;
    let file = kubeconfig::write_attached(&context.dirs, name, kubeconfig.as_bytes())?;
    let pin = context.dirs.attached(name).join("unpinned");
    let handle = ClusterHandle::attached(&context.infrastructure.name(), file, pin)?;
    let uid = Client::connect(&handle).await?.uid().await?;
    Client::connect(&ClusterHandle { uid: Some(uid), ..handle }).await
}

async fn apply_removal<'a>(
    context: &'a InfraContext,
    plan: ChangePlan<'a>,
    with_backups: bool,
) -> Result<()> {
    let backups = plan.summary.changes.iter().any(|change| change.address.starts_with(STORAGE));
    if with_backups && backups {
        // `force_destroy` of a bucket is read from the state, not from the plan of its removal.
        plan_for(context, Purpose::UnprotectBackups).await?.apply(context).await?;
        plan_for(context, Purpose::RemoveAll).await?.apply(context).await?;
    } else {
        plan.apply(context).await?;
    }
    Ok(())
}

/// Finds leftover resources, deletes those that can be deleted, and returns the rest.
async fn find_leftovers(
    context: &InfraContext,
    removed: usize,
    (outputs, created): (&Value, &ClusterResources),
    settle: Duration,
) -> Result<Destroyed> {
    let api = Api::new(&context.credentials)?;
    let cluster = outputs["cluster_id"]["value"].as_str().and_then(|id| id.split('/').next_back());
    let waited = wait(Deadline::after(settle), CHECK_PAUSE, "remove all resources", || async {
        let left = leftovers::find(context, &api, cluster, created).await?;
        // A resource in use may be deletable at the next attempt.
        let refused = leftovers::delete(&api, &left).await;
        Ok(if left.is_empty() { Observation::Ready(()) } else { Observation::Pending(refused.join("; ")) })
    })
    .await;
    let leftover_resources = match waited {
        Ok(()) => Vec::new(),
        // The last attempt may have deleted some of them.
        Err(failure) if failure.kind == Kind::TimedOut => {
            leftovers::find(context, &api, cluster, created).await?
        }
        Err(failure) => return Err(failure),
    };
    let kept = leftovers::remaining_buckets(context).await?;
    Ok(Destroyed { version: 2, removed, leftover_resources, kept })
}
