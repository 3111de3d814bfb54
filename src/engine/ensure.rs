//! Converging: whatever was found, there is a whole, running cluster of ours afterwards.

use std::time::Duration;

use futures_util::future::try_join_all;

use super::{ClusterSource, EngineContext, Observed, create, handle, nodes, observe, record::Record};
use crate::{
    config::Environment,
    event::{Event, Step},
    failure::{Failure, Kind, Result},
    k8s::{Client, ClusterHandle, Deadline, Look, PAUSE, wait},
};

/// A node that was stopped needs about 20 s until its API answers, a busy machine several times that.
const START_LIMIT: Duration = Duration::from_mins(3);

/// Makes the cluster of `environment` exist and run.
///
/// A cluster that was left half made is removed and made anew; one that was stopped is started; one that seasense did
/// not make, or that was made with other settings, is refused.
pub async fn ensure(
    context: &EngineContext,
    environment: &Environment,
    source: &ClusterSource,
) -> Result<ClusterHandle> {
    let name = environment.cluster_name();
    let step = Step::start(&context.events, "engine.cluster", format!("Make the cluster `{name}`"));
    match observe(&context.docker, &context.places, &name).await? {
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
        found @ (Observed::Stopped | Observed::Running) => {
            check_settings(context, environment, source, &name)?;
            if found == Observed::Stopped {
                start(context, &name, &step).await?;
            }
            match answering(context, source, &name, &step).await {
                Ok(handle) => {
                    match found {
                        Observed::Stopped => step.done("started again"),
                        _ => step.unchanged("runs"),
                    }
                    Ok(handle)
                }
                Err(failure) if failure.kind == Kind::TimedOut => {
                    renew(context, &name, "its API does not answer").await?;
                    fresh(context, environment, source, step).await
                }
                Err(failure) => Err(failure),
            }
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
    context: &EngineContext,
    environment: &Environment,
    source: &ClusterSource,
    step: Step,
) -> Result<ClusterHandle> {
    let handle = create::create(context, environment, source, &step).await?;
    step.done(format!("{} node(s)", environment.cluster.nodes.get_ref()));
    Ok(handle)
}

async fn renew(context: &EngineContext, name: &str, reason: &str) -> Result<()> {
    let text = format!("the cluster `{name}` is not whole ({reason}): it is removed and made anew");
    context.events.emit(Event::Warning { text });
    nodes::remove(&context.docker, name).await.map(drop)
}

fn check_settings(
    context: &EngineContext,
    environment: &Environment,
    source: &ClusterSource,
    name: &str,
) -> Result<()> {
    let Some(record) = Record::read(&context.places.state(name)) else { return Ok(()) };
    if let Some(difference) = difference(&record, environment) {
        return Err(Failure::new(
            Kind::Cluster,
            format!("the cluster `{name}` was made with other settings"),
        )
        .because(difference)
        .hint("run `seasense down` and `seasense dev` to make it anew; its data goes with it"));
    }
    if record.image != source.node_image {
        let text = format!(
            "the cluster `{name}` runs an older node image; `seasense down` and `seasense dev` make it anew"
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

async fn start(context: &EngineContext, name: &str, step: &Step) -> Result<()> {
    step.progress(0, None, "starting the nodes");
    let nodes = nodes::of(&context.docker, name).await?;
    try_join_all(nodes.iter().map(|node| context.docker.start(&node.name))).await.map(drop)
}

/// The handle, once the API answers under the identity that was written down.
async fn answering(
    context: &EngineContext,
    source: &ClusterSource,
    name: &str,
    step: &Step,
) -> Result<ClusterHandle> {
    let handle = handle(&context.places, name);
    if !handle.kubeconfig.is_file() {
        create::export_kubeconfig(context, source, name).await?;
    }
    let client = Client::connect(&ClusterHandle { uid: None, ..handle.clone() }).await?;
    wait(Deadline::after(START_LIMIT), PAUSE, "reach the cluster's API", || async {
        client.ready().await.map(Look::Ready).inspect_err(|failure| {
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
    use crate::engine::fixture::local;

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
