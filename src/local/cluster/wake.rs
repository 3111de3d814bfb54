//! Waking a whole cluster: its nodes run and its API answers under the identity that was written down. Its data is
//! never given up here: what does not wake is told.

use std::time::Duration;

use futures_util::future::try_join_all;
use jiff::Timestamp;

use super::{ClusterSource, Observed, ensure::foreign, handle, kubeconfig, mark::Mark, nodes, observe};
use crate::local::LocalContext;
use crate::{
    base::{
        docker::{Restart, labels},
        event::{Event, Step},
        failure::{Failure, Kind, Result},
        k8s::{Client, ClusterHandle},
        wait::{Deadline, Observation, PAUSE, wait},
    },
    config::Environment,
};

/// How long the API may be silent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// While the nodes run and nobody has begun to pause them.
    pub running: Duration,
    /// While the nodes run although a pause was begun: its kubelet and its API server were stopped then.
    pub cut_short: Duration,
    /// After the nodes were started. That takes about 10 s, on a busy machine several times that.
    pub started: Duration,
}

impl Patience {
    pub const USUAL: Self = Self {
        running: Duration::from_mins(1),
        cut_short: Duration::from_secs(5),
        started: Duration::from_mins(3),
    };
}

/// A cluster whose API answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awake {
    /// The way to it.
    pub handle: ClusterHandle,
    /// When this run started its nodes; `None` where they ran. What ran in them before that moment is dead.
    pub started: Option<Timestamp>,
}

/// Wakes the cluster of `environment`, and the registry beside it; nothing is made and no setting is compared.
///
/// Fails where there is no whole cluster.
pub async fn resume(context: &LocalContext, environment: &Environment) -> Result<Awake> {
    let name = environment.cluster_name();
    let step = Step::start(&context.events, "engine.cluster", format!("Wake the cluster `{name}`"));
    let nothing = |cause: String| {
        Failure::new(Kind::Cluster, format!("there is nothing to resume in `{}`", environment.name()))
            .because(cause)
            .hint("`seasense dev` makes the environment")
    };
    let found = match observe(&context.docker, &context.dirs, &name).await? {
        Observed::Foreign { container } => return Err(foreign(&name, &container)),
        Observed::Absent => return Err(nothing("there is no cluster".to_owned())),
        Observed::Partial { reason } => return Err(nothing(reason)),
        found => found,
    };
    start_registry(context).await?;
    let awake = wake(context, &name, None, &found, Patience::USUAL, &step).await?;
    match awake.started {
        Some(_) => step.done("started again"),
        None => step.unchanged("runs"),
    }
    Ok(awake)
}

/// Wakes the whole cluster called `name`, of which `found` was seen. A silent API gets one restart of the nodes.
pub(super) async fn wake(
    context: &LocalContext,
    name: &str,
    source: Option<&ClusterSource>,
    found: &Observed,
    patience: Patience,
    step: &Step,
) -> Result<Awake> {
    let state = context.dirs.state(name);
    let mut started = None;
    let first = match found {
        Observed::Running if Mark::read(&state).is_some() => patience.cut_short,
        Observed::Running => patience.running,
        _ => {
            started = Some(start(context, name, step).await?);
            patience.started
        }
    };
    let answered = match answering(context, source, name, first, step).await {
        Err(failure) if failure.kind == Kind::TimedOut => {
            let text =
                format!("the API of `{name}` does not answer: its nodes are restarted, its data stays");
            context.events.emit(Event::Warning { text });
            stop(context, name).await?;
            started = Some(start(context, name, step).await?);
            answering(context, source, name, patience.started, step).await
        }
        answered => answered,
    };
    let handle = answered.map_err(|failure| silent(name, failure))?;
    Mark::forget(&state);
    Ok(Awake { handle, started })
}

/// The failure of a cluster that does not wake; other failures stay as they are.
fn silent(name: &str, failure: Failure) -> Failure {
    if failure.kind != Kind::TimedOut {
        return failure;
    }
    let start = Failure::new(
        Kind::Cluster,
        format!("the API of the cluster `{name}` does not answer, not even after its nodes were restarted"),
    );
    failure
        .causes
        .into_iter()
        .fold(start, Failure::because)
        .because("its data may be whole, so it is not removed unasked")
        .hint(format!("`docker logs {}` shows what its control plane says", nodes::control_plane(name)))
        .hint("`seasense dev --recreate`, or `seasense down` and `seasense dev`, make it anew; its data goes with it")
}

async fn start(context: &LocalContext, name: &str, step: &Step) -> Result<Timestamp> {
    step.progress(0, None, "starting the nodes");
    let nodes = nodes::of(&context.docker, name).await?;
    let now = Timestamp::now();
    try_join_all(nodes.iter().map(|node| async {
        // What kind gave it, and a pause took away.
        context.docker.set_restart(&node.name, Restart::OnFailureOnce).await?;
        context.docker.start(&node.name).await
    }))
    .await?;
    Ok(now)
}

async fn stop(context: &LocalContext, name: &str) -> Result<()> {
    let nodes = nodes::of(&context.docker, name).await?;
    try_join_all(nodes.iter().map(|node| context.docker.stop(&node.name))).await.map(drop)
}

/// Flux looks at its artifact in the registry; an image that a node has dropped comes from there as well.
async fn start_registry(context: &LocalContext) -> Result<()> {
    let shared = [format!("{}={}", labels::OWNER, labels::SEASENSE), format!("{}=registry", labels::ROLE)];
    for registry in context.docker.list_containers(&shared).await?.iter().filter(|it| !it.running) {
        context.docker.start(&registry.name).await?;
    }
    Ok(())
}

/// The handle, once the API answers under the identity that was written down.
async fn answering(
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
                .hint("`seasense dev` writes it again")
        })?;
        kubeconfig::export(&context.dirs, source, name).await?;
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
    fn a_cluster_that_does_not_wake_is_told_and_never_removed() {
        let late = Failure::new(Kind::TimedOut, "reach the cluster's API: not within 180 s")
            .because("connection refused");
        let told = silent("seasense-local", late);
        assert_eq!((told.kind, told.causes[0].as_str()), (Kind::Cluster, "connection refused"));
        assert!(told.hints.iter().any(|hint| hint.contains("dev --recreate")), "{told:?}");
        let other = Failure::new(Kind::Tool, "start the container");
        assert_eq!(silent("seasense-local", other.clone()), other);
    }
}
