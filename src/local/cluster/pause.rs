//! Pauses an environment: stops everything, keeps everything, and prevents an automatic restart.

use futures_util::future::{join_all, try_join_all};
use jiff::Timestamp;
use serde::Serialize;

use super::{ClusterState, foreign, nodes, observe, pause_record::PauseRecord, quiesce::quiesce};
use crate::{
    base::{
        digest::Digest,
        docker::{Docker, Restart, labels},
        event::Step,
        failure::{Failure, Kind, Result},
    },
    local::{LocalContext, buoys::fleet},
};

/// A paused environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Paused {
    /// The environment's name.
    pub environment: String,
    /// The time of the pause.
    pub since: Timestamp,
    /// The digest that it runs again after `resume`; `None` if the cluster did not respond.
    pub digest: Option<Digest>,
    /// Containers that this run stopped; empty if the environment was already paused.
    pub stopped: Vec<String>,
    /// The memory that they used, in bytes.
    pub freed: u64,
}

/// Stops all containers of the environment called `environment`, whose cluster is called `cluster`, and keeps
/// them.
///
/// `record` has the time and the digest. Pausing a paused environment changes nothing and returns the first
/// record.
pub async fn pause(
    context: &LocalContext,
    (environment, cluster): (&str, &str),
    record: PauseRecord,
) -> Result<Paused> {
    let step = Step::start(&context.events, "environment.pause", format!("Pause `{environment}`"));
    let state = context.dirs.state(cluster);
    let before = PauseRecord::read(&state);
    match observe(&context.docker, &context.dirs, cluster).await? {
        ClusterState::Foreign { container } => return Err(foreign(cluster, &container)),
        ClusterState::Absent => return Err(not_pausable(environment, "the cluster does not exist")),
        ClusterState::Partial { reason } => return Err(not_pausable(environment, &reason)),
        ClusterState::Paused { .. } | ClusterState::Stopped | ClusterState::Running => {}
    }
    let running = running(&context.docker, environment, cluster).await?;
    // The record of an interrupted or externally ended pause does not apply to this one.
    let record = before.filter(|_| running.is_empty()).unwrap_or(record);
    // Written before anything stops: on a full disk nothing must be stopped without a record.
    record.write(&context.dirs.make_state(cluster)?)?;
    let freed = memory(&context.docker, &running).await;
    // The fleet stops first: it sends its queued readings and records the acknowledgements.
    context.docker.stop(&fleet::container(cluster)).await?;
    quiesce(&context.docker, &context.events, cluster, &step).await?;
    step.progress(0, None, "stopping the nodes");
    let nodes = nodes::of(&context.docker, cluster).await?;
    // The policy is set first: a daemon that restarts meanwhile must not start a node.
    try_join_all(nodes.iter().map(|node| context.docker.set_restart(&node.name, Restart::No))).await?;
    // A quiesced node needs no orderly shutdown; its systemd would only wait for its timeout.
    try_join_all(nodes.iter().filter(|node| node.running).map(|node| context.docker.kill(&node.name)))
        .await?;
    for rest in self::running(&context.docker, environment, cluster).await? {
        context.docker.stop(&rest).await?;
    }
    verify_stopped(&context.docker, environment, cluster).await?;
    step.done(format!("{} containers stopped", running.len()));
    Ok(Paused {
        environment: environment.to_owned(),
        since: record.since,
        digest: record.digest,
        stopped: running,
        freed,
    })
}

fn not_pausable(environment: &str, cause: &str) -> Failure {
    Failure::new(Kind::Cluster, format!("`{environment}` cannot be paused"))
        .because(cause)
        .hint("run `seasense dev` to start it, or `seasense down` to remove what exists")
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

async fn verify_stopped(docker: &Docker, environment: &str, cluster: &str) -> Result<()> {
    let left = running(docker, environment, cluster).await?;
    if left.is_empty() {
        return Ok(());
    }
    Err(Failure::new(Kind::Cluster, format!("containers of `{environment}` still run"))
        .because(left.join(", "))
        .hint("run `seasense pause` again"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn report_has_the_fields_of_the_schema() {
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
