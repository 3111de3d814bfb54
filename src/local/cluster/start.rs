//! Starts the nodes of a complete cluster and waits for its API. Its data is never discarded: a cluster that
//! does not respond is reported and kept.

use std::time::Duration;

use futures_util::future::try_join_all;
use jiff::Timestamp;

use super::{
    ClusterSource, ClusterState, foreign, handle, kubeconfig, nodes, observe, pause_record::PauseRecord,
};
use crate::{
    base::{
        docker::{Restart, labels},
        event::{Event, Step},
        failure::{Failure, Kind, Result},
        k8s::{Client, ClusterHandle},
        wait::{Deadline, Observation, PAUSE, wait},
    },
    config::Environment,
    local::LocalContext,
};

/// How long the API may take to answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct ApiTimeouts {
    /// While the nodes run and no pause was requested.
    pub running: Duration,
    /// While the nodes run although a pause was requested: kubelet and the API server may be stopped.
    pub interrupted_pause: Duration,
    /// After the nodes were started, which takes about 10 s, and several times that on a busy machine.
    pub started: Duration,
}

impl ApiTimeouts {
    pub const DEFAULT: Self = Self {
        running: Duration::from_mins(1),
        interrupted_pause: Duration::from_secs(5),
        started: Duration::from_mins(3),
    };
}

/// A cluster whose API answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningCluster {
    /// Its handle.
    pub handle: ClusterHandle,
    /// When this run started its nodes; `None` if they were running. Every process in them is newer than that.
    pub started: Option<Timestamp>,
}

/// Starts the cluster of `environment` and the shared registry; creates nothing and compares no settings.
///
/// Fails if there is no complete cluster.
pub async fn resume(context: &LocalContext, environment: &Environment) -> Result<RunningCluster> {
    let name = environment.cluster_name();
    let step = Step::start(&context.events, "cluster.start", format!("Start cluster `{name}`"));
    let not_resumable = |cause: String| {
        Failure::new(Kind::Cluster, format!("`{}` cannot be resumed", environment.name()))
            .because(cause)
            .hint("run `seasense dev` to create the environment")
    };
    let state = match observe(&context.docker, &context.dirs, &name).await? {
        ClusterState::Foreign { container } => return Err(foreign(&name, &container)),
        ClusterState::Absent => return Err(not_resumable("the cluster does not exist".to_owned())),
        ClusterState::Partial { reason } => return Err(not_resumable(reason)),
        state => state,
    };
    start_registry(context).await?;
    let running = start(context, &name, None, &state, ApiTimeouts::DEFAULT, &step).await?;
    match running.started {
        Some(_) => step.done("started"),
        None => step.unchanged("already running"),
    }
    Ok(running)
}

/// Starts the complete cluster called `name` in the observed `state`. If its API does not respond, its nodes
/// are restarted once.
pub(super) async fn start(
    context: &LocalContext,
    name: &str,
    source: Option<&ClusterSource>,
    state: &ClusterState,
    timeouts: ApiTimeouts,
    step: &Step,
) -> Result<RunningCluster> {
    let folder = context.dirs.state(name);
    let mut started = None;
    let first = match state {
        ClusterState::Running if PauseRecord::read(&folder).is_some() => timeouts.interrupted_pause,
        ClusterState::Running => timeouts.running,
        _ => {
            started = Some(start_nodes(context, name, step).await?);
            timeouts.started
        }
    };
    let answered = match wait_for_api(context, source, name, first, step).await {
        Err(failure) if failure.kind == Kind::TimedOut => {
            let text =
                format!("the API of `{name}` does not respond: restarting its nodes, its data is kept");
            context.events.emit(Event::Warning { text });
            stop_nodes(context, name).await?;
            started = Some(start_nodes(context, name, step).await?);
            wait_for_api(context, source, name, timeouts.started, step).await
        }
        answered => answered,
    };
    let handle = answered.map_err(|failure| explain_timeout(name, failure))?;
    PauseRecord::forget(&folder);
    Ok(RunningCluster { handle, started })
}

/// Explains the timeout of a cluster whose API does not respond; other failures are unchanged.
fn explain_timeout(name: &str, failure: Failure) -> Failure {
    if failure.kind != Kind::TimedOut {
        return failure;
    }
    let explained = Failure::new(
        Kind::Cluster,
        format!("the API of the cluster `{name}` does not respond after a restart of its nodes"),
    );
    failure
        .causes
        .into_iter()
        .fold(explained, Failure::because)
        .because("the cluster is kept because its data may be intact")
        .hint(format!("run `docker logs {}` to see the log of its control plane", nodes::control_plane(name)))
        .hint("run `seasense dev --recreate` to create it again; its data is lost")
}

async fn start_nodes(context: &LocalContext, name: &str, step: &Step) -> Result<Timestamp> {
    step.progress(0, None, "starting the nodes");
    let nodes = nodes::of(&context.docker, name).await?;
    let now = Timestamp::now();
    try_join_all(nodes.iter().map(|node| async {
        // The restart policy of kind, which a pause disables.
        context.docker.set_restart(&node.name, Restart::OnFailureOnce).await?;
        context.docker.start(&node.name).await
    }))
    .await?;
    Ok(now)
}

async fn stop_nodes(context: &LocalContext, name: &str) -> Result<()> {
    let nodes = nodes::of(&context.docker, name).await?;
    try_join_all(nodes.iter().map(|node| context.docker.stop(&node.name))).await.map(drop)
}

/// Starts the registry: Flux reads its artifact from it, and nodes pull missing images from it.
async fn start_registry(context: &LocalContext) -> Result<()> {
    let shared = [format!("{}={}", labels::OWNER, labels::SEASENSE), format!("{}=registry", labels::ROLE)];
    for registry in context.docker.list_containers(&shared).await?.iter().filter(|it| !it.running) {
        context.docker.start(&registry.name).await?;
    }
    Ok(())
}

/// Waits until the API answers with the recorded identity, and returns the handle.
async fn wait_for_api(
    context: &LocalContext,
    source: Option<&ClusterSource>,
    name: &str,
    limit: Duration,
    step: &Step,
) -> Result<ClusterHandle> {
    let handle = handle(&context.dirs, name);
    if !handle.kubeconfig.is_file() {
        let source = source.ok_or_else(|| {
            Failure::new(Kind::Cluster, format!("the kubeconfig of `{name}` is missing"))
                .hint("run `seasense dev` to write it again")
        })?;
        kubeconfig::export(context, source, name).await?;
    }
    let client = Client::connect(&ClusterHandle { uid: None, ..handle.clone() }).await?;
    wait(Deadline::after(limit), PAUSE, "reach the cluster's API", || async {
        client.ready().await.map(Observation::Ready).inspect_err(|failure| {
            step.progress(0, None, failure.causes.first().cloned().unwrap_or_default());
        })
    })
    .await?;
    Client::connect(&handle).await?;
    Ok(handle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silent_cluster_is_reported_and_other_failures_are_kept() {
        let late = Failure::new(Kind::TimedOut, "reach the cluster's API: not within 180 s")
            .because("connection refused");
        let explained = explain_timeout("seasense-local", late);
        assert_eq!(explained.kind, Kind::Cluster);
        assert_eq!(explained.causes[0], "connection refused");
        assert!(explained.hints.iter().any(|hint| hint.contains("dev --recreate")), "{explained:?}");
        let other = Failure::new(Kind::Tool, "start the container");
        assert_eq!(explain_timeout("seasense-local", other.clone()), other);
    }
}
