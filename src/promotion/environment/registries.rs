//! Finds the address of an environment's registry on this machine.

use crate::{
    base::failure::{Failure, Result},
    config::Environment,
    local::LocalContext,
    registry::{self, transfer::Endpoint},
};

/// Returns the registry of `environment`: the shared local one, a rehearsal's own one, or a remote one.
///
/// `None` if the environment is a rehearsal that does not exist yet. Its registry contains nothing.
pub async fn find(local: &LocalContext, environment: &Environment) -> Result<Option<Endpoint>> {
    let host = if let Some(container) = environment.registry_container() {
        let port = registry::port_of(&local.docker, &container).await?;
        let Some(port) = port else { return Ok(None) };
        format!("127.0.0.1:{port}")
    } else if environment.cluster.engine.is_attached() {
        environment.variables.registry.get_ref().clone()
    } else {
        format!("127.0.0.1:{}", environment.ports.registry.get_ref())
    };
    Endpoint::new(&host).map(Some)
}

/// Returns the registry of `environment`, or a failure if it does not exist yet.
pub async fn require(local: &LocalContext, environment: &Environment) -> Result<Endpoint> {
    find(local, environment).await?.ok_or_else(|| absent(environment))
}

/// The failure of an operation that needs the registry of a rehearsal that does not exist yet.
pub fn absent(environment: &Environment) -> Failure {
    registry::not_running(&environment.registry_container().unwrap_or_default())
}
