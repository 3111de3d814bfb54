//! Pausing: nothing of the environment runs, nothing of it is lost, and nothing brings half of it back.

use futures_util::future::{join_all, try_join_all};
use jiff::Timestamp;
use serde::Serialize;

use super::{Observed, ensure::foreign, mark::Mark, nodes, observe, quiesce::quiesce};
use crate::base::{
    docker::{Docker, Restart, labels},
    event::Step,
    failure::{Failure, Kind, Result},
};
use crate::local::{LocalContext, buoys::fleet};

/// An environment that is paused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Paused {
    /// The environment's name.
    pub environment: String,
    /// Since when.
    pub since: Timestamp,
    /// The artifact it runs again after `resume`; absent where the cluster could not be asked.
    pub digest: Option<String>,
    /// Containers that were stopped by this run; none where it was paused already.
    pub stopped: Vec<String>,
    /// The memory they used, in bytes.
    pub freed: u64,
}

/// Stops everything of the environment called `environment`, whose cluster is called `cluster`, and keeps it.
///
/// `mark` says when and at which artifact. Pausing a paused environment changes nothing and tells the first mark.
pub async fn pause(
    context: &LocalContext,
    (environment, cluster): (&str, &str),
    mark: Mark,
) -> Result<Paused> {
    let step = Step::start(&context.events, "engine.pause", format!("Pause the environment `{environment}`"));
    let state = context.dirs.state(cluster);
    let before = Mark::read(&state);
    match observe(&context.docker, &context.dirs, cluster).await? {
        Observed::Foreign { container } => return Err(foreign(cluster, &container)),
        Observed::Absent => return Err(nothing(environment, "there is no cluster")),
        Observed::Partial { reason } => return Err(nothing(environment, &reason)),
        Observed::Paused { .. } | Observed::Stopped | Observed::Running => {}
    }
    let running = running(&context.docker, environment, cluster).await?;
    // A mark of a pause that was cut short, or that ended without us, says nothing of this one.
    let mark = before.filter(|_| running.is_empty()).unwrap_or(mark);
    // Written before anything stops: a full disk must not leave an environment that nobody knows to be paused.
    mark.write(&context.dirs.make_state(cluster)?)?;
    let freed = memory(&context.docker, &running).await;
    // The fleet first: it sends what waits and notes what was acknowledged.
    context.docker.stop(&fleet::container(cluster)).await?;
    quiesce(&context.docker, &context.events, cluster, &step).await?;
    step.progress(0, None, "the nodes stop");
    let nodes = nodes::of(&context.docker, cluster).await?;
    // First the policy: a daemon that restarts in between must not bring a node back.
    try_join_all(nodes.iter().map(|node| context.docker.set_restart(&node.name, Restart::No))).await?;
    // At rest, a node has nothing left to tidy up; its systemd would only wait for its time to pass.
    try_join_all(nodes.iter().filter(|node| node.running).map(|node| context.docker.kill(&node.name)))
        .await?;
    for rest in self::running(&context.docker, environment, cluster).await? {
        context.docker.stop(&rest).await?;
    }
    prove(&context.docker, environment, cluster).await?;
    step.done(format!("{} containers stopped", running.len()));
    Ok(Paused {
        environment: environment.to_owned(),
        since: mark.since,
        digest: mark.digest,
        stopped: running,
        freed,
    })
}

fn nothing(environment: &str, cause: &str) -> Failure {
    Failure::new(Kind::Cluster, format!("`{environment}` cannot be paused"))
        .because(cause)
        .hint("`seasense dev` brings it up, `seasense down` removes what is there")
}

/// The names of the running containers of the environment.
async fn running(docker: &Docker, environment: &str, cluster: &str) -> Result<Vec<String>> {
    let mut containers = docker.list_containers(&[format!("{}={environment}", labels::ENVIRONMENT)]).await?;
    containers.extend(nodes::of(docker, cluster).await?);
    Ok(containers.into_iter().filter(|it| it.running).map(|it| it.name).collect())
}

async fn memory(docker: &Docker, containers: &[String]) -> u64 {
    join_all(containers.iter().map(|name| docker.memory(name))).await.into_iter().flatten().sum()
}

async fn prove(docker: &Docker, environment: &str, cluster: &str) -> Result<()> {
    let left = running(docker, environment, cluster).await?;
    if left.is_empty() {
        return Ok(());
    }
    Err(Failure::new(Kind::Cluster, format!("something of `{environment}` still runs"))
        .because(left.join(", "))
        .hint("run `seasense pause` again"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_has_the_fields_that_are_published() {
        let report = Paused {
            environment: "local".into(),
            since: Timestamp::UNIX_EPOCH,
            digest: None,
            stopped: vec!["node".into()],
            freed: 1,
        };
        let schema: serde_json::Value =
            serde_json::from_str(include_str!("../../../docs/schemas/pause.v1.json")).unwrap();
        let printed = serde_json::to_value(report).unwrap();
        let names: Vec<&String> = printed.as_object().unwrap().keys().collect();
        assert_eq!(serde_json::to_value(names).unwrap(), schema["required"]);
        assert_eq!(schema["properties"].as_object().unwrap().len(), 5);
    }
}
