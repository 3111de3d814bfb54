//! Where an environment's registry is reached from this machine.

use crate::{
    config::Environment,
    engine::EngineContext,
    failure::Result,
    supply::{registry, transfer::Side},
};

/// The registry of `environment`: the one that all environments of this machine share, the one that a rehearsal has for
/// itself, or one in the world.
pub async fn reach(engine: &EngineContext, environment: &Environment) -> Result<Side> {
    if let Some(container) = environment.registry_container() {
        let port = registry::port_of(&engine.docker, &container).await?;
        return Side::new(&format!("127.0.0.1:{port}"));
    }
    if environment.cluster.engine.is_attached() {
        return Side::new(environment.variables.registry.get_ref());
    }
    Side::new(&format!("127.0.0.1:{}", environment.ports.registry.get_ref()))
}

/// The same; `None` for a rehearsal that was not made yet, whose registry holds nothing.
pub async fn standing(engine: &EngineContext, environment: &Environment) -> Result<Option<Side>> {
    if let Some(container) = environment.registry_container()
        && engine.docker.container(&container).await?.is_none()
    {
        return Ok(None);
    }
    reach(engine, environment).await.map(Some)
}
