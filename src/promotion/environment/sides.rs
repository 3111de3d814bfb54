//! Where an environment's registry is reached from this machine.

use crate::{
    base::failure::{Failure, Result},
    config::Environment,
    local::LocalContext,
    registry::{self, transfer::Endpoint},
};

/// The registry of `environment`: the one that all environments of this machine share, the one that a rehearsal has for
/// itself, or one in the world. `None` for a rehearsal that was not made yet, whose registry holds nothing.
pub async fn standing(engine: &LocalContext, environment: &Environment) -> Result<Option<Endpoint>> {
    let host = if let Some(container) = environment.registry_container() {
        let port = registry::port_of(&engine.docker, &container).await?;
        let Some(port) = port else { return Ok(None) };
        format!("127.0.0.1:{port}")
    } else if environment.cluster.engine.is_attached() {
        environment.variables.registry.get_ref().clone()
    } else {
        format!("127.0.0.1:{}", environment.ports.registry.get_ref())
    };
    Endpoint::new(&host).map(Some)
}

/// The same, for what needs it.
pub async fn reach(engine: &LocalContext, environment: &Environment) -> Result<Endpoint> {
    standing(engine, environment).await?.ok_or_else(|| absent(environment))
}

/// The failure of whoever needs the registry of a rehearsal that was not made yet.
pub fn absent(environment: &Environment) -> Failure {
    registry::not_running(&environment.registry_container().unwrap_or_default())
}
