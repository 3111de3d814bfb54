//! Converges to a complete, running cluster, whatever the observed state.

use super::{
    ClusterSource, ClusterState, RunningCluster,
    cluster_record::ClusterRecord,
    coredns_config, create, foreign, nodes, observe,
    start::{ApiTimeouts, start},
};
use crate::{
    base::{
        docker::Container,
        event::{Event, Step},
        failure::{Failure, Kind, Result},
    },
    config::Environment,
    local::LocalContext,
};

/// Ensures that the cluster of `environment` exists and runs.
///
/// Replaces an incomplete cluster, starts a stopped one, restarts one whose API does not respond. Refuses a
/// cluster whose API still does not respond, that seasense did not create, or that was created with other
/// settings.
pub async fn ensure(
    context: &LocalContext,
    environment: &Environment,
    source: &ClusterSource,
) -> Result<RunningCluster> {
    ensure_within(context, environment, source, ApiTimeouts::DEFAULT).await
}

pub(super) async fn ensure_within(
    context: &LocalContext,
    environment: &Environment,
    source: &ClusterSource,
    timeouts: ApiTimeouts,
) -> Result<RunningCluster> {
    let name = environment.cluster_name();
    let step = Step::start(&context.events, "cluster.create", format!("Create cluster `{name}`"));
    match observe(&context.docker, &context.dirs, &name).await? {
        ClusterState::Foreign { container } => Err(foreign(&name, &container)),
        ClusterState::Absent => {
            // A killed run may still be creating a container that is not visible yet.
            nodes::remove(&context.docker, &name).await?;
            create_new(context, environment, source, step).await
        }
        ClusterState::Partial { reason } => {
            remove_incomplete(context, &name, &reason).await?;
            create_new(context, environment, source, step).await
        }
        found @ (ClusterState::Stopped | ClusterState::Paused { .. } | ClusterState::Running) => {
            check_settings(context, environment, source)?;
            let hostname = environment.variables.hostname.get_ref();
            coredns_config::write(&context.project, &context.dirs.state(&name), hostname)?;
            let running = start(context, &name, Some(source), &found, timeouts, &step).await?;
            match running.started {
                Some(_) => step.done("started"),
                None => step.unchanged("already running"),
            }
            Ok(running)
        }
    }
}

async fn create_new(
    context: &LocalContext,
    environment: &Environment,
    source: &ClusterSource,
    step: Step,
) -> Result<RunningCluster> {
    let handle = create::create(context, environment, source, &step).await?;
    step.done(format!("{} node(s)", environment.cluster.nodes.get_ref()));
    Ok(RunningCluster { handle, started: None })
}

async fn remove_incomplete(context: &LocalContext, name: &str, reason: &str) -> Result<()> {
    for node in nodes::of(&context.docker, name).await? {
        refuse_if_used(context, name, &node, reason).await?;
    }
    let text = format!("the cluster `{name}` is incomplete ({reason}): replacing it");
    context.events.emit(Event::Warning { text });
    nodes::remove(&context.docker, name).await.map(drop)
}

/// Refuses to remove a node that belongs to another state directory or contains data. Neither is true for the
/// node of an interrupted creation.
async fn refuse_if_used(context: &LocalContext, name: &str, node: &Container, reason: &str) -> Result<()> {
    let own = context.dirs.state(name);
    if let Some(state) = nodes::state(node).filter(|state| *state != own) {
        return Err(Failure::new(
            Kind::Cluster,
            format!("the cluster `{name}` belongs to another state directory"),
        )
        .because(format!("its nodes use `{}`, this run uses `{}`", state.display(), own.display()))
        .hint("set SEASENSE_STATE to the parent of the first directory, or run `seasense down` with it"));
    }
    if context.docker.has_path(&node.name, nodes::VOLUMES).await? {
        return Err(Failure::new(Kind::Cluster, format!("the cluster `{name}` is incomplete but contains data"))
            .because(format!("{reason}, and the container `{}` has volumes", node.name))
            .hint(format!(
                "copy the data with `docker cp {}:{} .`; `seasense dev --recreate` creates a new cluster without it",
                node.name,
                nodes::VOLUMES
            )));
    }
    Ok(())
}

/// Fails if the cluster of `environment` was created with settings that cannot be changed; warns about an
/// older node image.
pub fn check_settings(
    context: &LocalContext,
    environment: &Environment,
    source: &ClusterSource,
) -> Result<()> {
    let name = environment.cluster_name();
    let Some(record) = ClusterRecord::read(&context.dirs.state(&name)) else { return Ok(()) };
    if let Some(difference) = difference(&record, environment) {
        return Err(Failure::new(
            Kind::Cluster,
            format!("the cluster `{name}` was created with other settings"),
        )
        .because(difference)
        .hint("run `seasense dev --recreate` to create it again; its data is lost"));
    }
    if record.image != source.node_image {
        let text = format!(
            "the cluster `{name}` uses an older node image; `seasense dev --recreate` creates it again without its data"
        );
        context.events.emit(Event::Warning { text });
    }
    Ok(())
}

/// The first setting of an existing cluster that differs and that kind cannot change.
fn difference(record: &ClusterRecord, environment: &Environment) -> Option<String> {
    let (nodes, port) = (*environment.cluster.nodes.get_ref(), environment.https_port());
    if record.nodes != nodes {
        return Some(format!("it has {} node(s), the environment requires {nodes}", record.nodes));
    }
    (record.https_port != port)
        .then(|| format!("its gateway is on port {}, the environment requires {port}", record.https_port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::fixture::local;

    fn record(nodes: u8, https_port: u16) -> ClusterRecord {
        ClusterRecord { containers: Vec::new(), image: String::new(), nodes, https_port, uid: String::new() }
    }

    #[test]
    fn nodes_and_port_of_a_cluster_cannot_change() {
        let environment = local();
        assert_eq!(difference(&record(1, 8443), &environment), None);
        assert!(difference(&record(3, 8443), &environment).is_some_and(|text| text.contains("3 node(s)")));
        assert!(difference(&record(1, 9443), &environment).is_some_and(|text| text.contains("9443")));
    }
}
