//! A rehearsal's cluster and registry: real ones, on this machine, which go when it is over.

use crate::{
    base::{
        event::Step,
        failure::{Failure, Kind, Result},
    },
    config::Environment,
    images::{self, Mode, Origin},
    local::{
        LocalContext,
        cluster::{self, ClusterSource, ClusterState, RemoveScope, Removed},
    },
    registry::{Registry, ensure_for_environment},
};

/// Makes the registry and the cluster of a rehearsal exist and run; what is there stays. Tells whether the cluster is new.
///
/// The images that they are made from are those that this machine made for its other environments.
pub async fn stand(engine: &LocalContext, environment: &Environment) -> Result<bool> {
    let lock = images::locked(&engine.dirs, Mode::Auto)?;
    let container = environment
        .registry_container()
        .ok_or_else(|| Failure::new(Kind::Internal, format!("`{}` is no rehearsal", environment.name())))?;
    let found = cluster::observe(&engine.docker, &engine.dirs, &environment.cluster_name()).await?;
    let is_new = matches!(found, ClusterState::Absent | ClusterState::Partial { .. });
    let step = Step::start(&engine.events, "target.registry", format!("Start the registry `{container}`"));
    // The same program that runs the registry of all other environments.
    let running = engine.docker.container(engine.dirs.registry()).await?.ok_or_else(|| {
        Failure::new(Kind::Tool, "this machine has no registry yet")
            .hint("run `seasense dev`: what is rehearsed has to run here first")
    })?;
    ensure_for_environment(&engine.docker, &container, &running.image, environment.instance()).await?;
    step.done("");
    let shared = Registry::at(engine.dirs.registry(), *environment.ports.registry.get_ref());
    let source = ClusterSource {
        kind: lock.tool("kind")?.path.clone(),
        node_image: shared.host_reference(lock.image("node")?),
        built: lock.supply == Origin::Build,
        registry: shared.inside,
    };
    cluster::ensure(engine, environment, &source).await?;
    Ok(is_new)
}

/// Removes all of it, and proves that nothing is left.
pub async fn tear_down(engine: &LocalContext, environment: &Environment) -> Result<Removed> {
    let cluster = environment.cluster_name();
    cluster::remove(&engine.host(), (environment.instance(), &cluster), RemoveScope::Environment).await
}
