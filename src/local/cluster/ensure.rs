//! Converging: whatever was found, there is a whole, running cluster of ours afterwards.

use super::{
    Awake, ClusterSource, Observed, create, names, nodes, observe,
    record::Record,
    wake::{Patience, wake},
};
use crate::local::LocalContext;
use crate::{
    base::{
        docker::Container,
        event::{Event, Step},
        failure::{Failure, Kind, Result},
    },
    config::Environment,
};

/// Makes the cluster of `environment` exist and run.
///
/// A cluster that was left half made is removed and made anew; one that was stopped is started, one that is silent is
/// restarted; one that stays silent, that seasense did not make, or that was made with other settings, is refused.
pub async fn ensure(
    context: &LocalContext,
    environment: &Environment,
    source: &ClusterSource,
) -> Result<Awake> {
    ensure_within(context, environment, source, Patience::USUAL).await
}

pub(super) async fn ensure_within(
    context: &LocalContext,
    environment: &Environment,
    source: &ClusterSource,
    patience: Patience,
) -> Result<Awake> {
    let name = environment.cluster_name();
    let step = Step::start(&context.events, "engine.cluster", format!("Make the cluster `{name}`"));
    match observe(&context.docker, &context.dirs, &name).await? {
        Observed::Foreign { container } => Err(foreign(&name, &container)),
        Observed::Absent => {
            // A run that was killed may be about to make a container that nobody sees yet.
            nodes::remove(&context.docker, &name).await?;
            fresh(context, environment, source, step).await
        }
        Observed::Partial { reason } => {
            renew(context, &name, &reason).await?;
            fresh(context, environment, source, step).await
        }
        found @ (Observed::Stopped | Observed::Paused { .. } | Observed::Running) => {
            check_settings(context, environment, source)?;
            let hostname = environment.variables.hostname.get_ref();
            names::write(&context.project, &context.dirs.state(&name), hostname)?;
            let awake = wake(context, &name, Some(source), &found, patience, &step).await?;
            match awake.started {
                Some(_) => step.done("started again"),
                None => step.unchanged("runs"),
            }
            Ok(awake)
        }
    }
}

/// The failure of a cluster that is not ours.
pub fn foreign(name: &str, container: &str) -> Failure {
    Failure::new(Kind::Cluster, format!("a cluster called `{name}` exists that seasense did not make"))
        .because(format!("the container `{container}` does not carry the mark of seasense"))
        .hint(format!("remove it yourself (`kind delete cluster --name {name}`), or rename the environment"))
}

async fn fresh(
    context: &LocalContext,
    environment: &Environment,
    source: &ClusterSource,
    step: Step,
) -> Result<Awake> {
    let handle = create::create(context, environment, source, &step).await?;
    step.done(format!("{} node(s)", environment.cluster.nodes.get_ref()));
    Ok(Awake { handle, started: None })
}

async fn renew(context: &LocalContext, name: &str, reason: &str) -> Result<()> {
    for node in nodes::of(&context.docker, name).await? {
        spare(context, name, &node, reason).await?;
    }
    let text = format!("the cluster `{name}` is not whole ({reason}): it is removed and made anew");
    context.events.emit(Event::Warning { text });
    nodes::remove(&context.docker, name).await.map(drop)
}

/// Refuses to remove a node that is somebody else's or that holds data: a cluster that was really left half made is
/// neither.
async fn spare(context: &LocalContext, name: &str, node: &Container, reason: &str) -> Result<()> {
    let own = context.dirs.state(name);
    if let Some(state) = nodes::state(node).filter(|state| *state != own) {
        return Err(Failure::new(Kind::Cluster, format!("the cluster `{name}` belongs to another state folder"))
            .because(format!("its nodes were made from `{}`, this run keeps its state in `{}`", state.display(), own.display()))
            .hint("set SEASENSE_STATE to the folder above the first one, or remove that cluster from there with `seasense down`"));
    }
    if context.docker.has_path(&node.name, nodes::VOLUMES).await? {
        return Err(Failure::new(Kind::Cluster, format!("the cluster `{name}` is not whole, but it holds data"))
            .because(format!("{reason}, and there are volumes in the container `{}`", node.name))
            .hint(format!(
                "what it holds can be read there (`docker cp {}:{} .`); `seasense dev --recreate` makes the cluster anew, \
                 without its data",
                node.name,
                nodes::VOLUMES
            )));
    }
    Ok(())
}

/// Fails if the cluster of `environment` was created with settings that cannot be changed; warns about an older node image.
pub fn check_settings(
    context: &LocalContext,
    environment: &Environment,
    source: &ClusterSource,
) -> Result<()> {
    let name = environment.cluster_name();
    let Some(record) = Record::read(&context.dirs.state(&name)) else { return Ok(()) };
    if let Some(difference) = difference(&record, environment) {
        return Err(Failure::new(
            Kind::Cluster,
            format!("the cluster `{name}` was made with other settings"),
        )
        .because(difference)
        .hint("`seasense dev --recreate` makes it anew; its data goes with it"));
    }
    if record.image != source.node_image {
        let text = format!(
            "the cluster `{name}` runs an older node image; `seasense dev --recreate` makes it anew, without its data"
        );
        context.events.emit(Event::Warning { text });
    }
    Ok(())
}

/// What kind cannot change in a cluster that exists.
fn difference(record: &Record, environment: &Environment) -> Option<String> {
    let (nodes, port) = (*environment.cluster.nodes.get_ref(), environment.https_port());
    if record.nodes != nodes {
        return Some(format!("it has {} node(s), the environment asks for {nodes}", record.nodes));
    }
    (record.https_port != port)
        .then(|| format!("its gateway is on port {}, the environment asks for {port}", record.https_port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::fixture::local;

    fn record(nodes: u8, https_port: u16) -> Record {
        Record { containers: Vec::new(), image: String::new(), nodes, https_port, uid: String::new() }
    }

    #[test]
    fn nodes_and_port_cannot_change_under_a_cluster() {
        let environment = local();
        assert_eq!(difference(&record(1, 8443), &environment), None);
        assert!(difference(&record(3, 8443), &environment).is_some_and(|text| text.contains("3 node(s)")));
        assert!(difference(&record(1, 9443), &environment).is_some_and(|text| text.contains("9443")));
    }
}
