//! The registry of a single environment: a container that is removed together with the environment and its
//! content.

use super::{
    Registry,
    container::{PORT, container_spec, foreign_container, wait_until_responding},
};
use crate::base::{
    docker::{Docker, labels},
    failure::{Failure, Kind, Result},
};

/// Ensures that the container `name` runs a registry for the environment `instance` and that it responds.
/// Returns its port on 127.0.0.1, which the daemon assigns.
pub async fn ensure_for_environment(docker: &Docker, name: &str, image: &str, instance: &str) -> Result<u16> {
    match docker.container(name).await? {
        Some(existing) if !labels::is_ours(&existing.labels) => return Err(foreign_container(name)),
        Some(existing) if existing.running => {}
        Some(_) => docker.start(name).await?,
        None => {
            let labels = labels::of_environment(instance, "registry");
            docker.run(&container_spec((name, image), name.to_owned(), 0, labels)).await?;
        }
    }
    let port = port_of(docker, name).await?.ok_or_else(|| not_running(name))?;
    wait_until_responding(docker, name, &Registry::at(name, port)).await?;
    Ok(port)
}

/// Returns the port on 127.0.0.1 of the registry in the container `name`; `None` if the container does not
/// exist.
pub async fn port_of(docker: &Docker, name: &str) -> Result<Option<u16>> {
    let Some(container) = docker.container(name).await? else { return Ok(None) };
    let port = container.ports.iter().find(|port| port.container == PORT).map(|port| port.host);
    port.map(Some).ok_or_else(|| not_running(name))
}

/// The error for an operation that needs the registry in the container `name`.
pub fn not_running(name: &str) -> Failure {
    Failure::new(Kind::Tool, format!("the registry `{name}` is not running"))
        .hint("start it with `seasense promote --rehearse`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::docker::Mount;

    #[test]
    fn registry_and_volume_belong_to_one_environment() {
        let labels = labels::of_environment("rehearsal-staging", "registry");
        let spec =
            container_spec(("seasense-rehearsal-staging-registry", "registry"), "volume".into(), 0, labels);
        assert_eq!(spec.labels[labels::ENVIRONMENT], "rehearsal-staging");
        assert_eq!(spec.ports, [(0, PORT)]);
        let volume = |mount: &Mount| matches!(mount, Mount::Volume { name, .. } if name == "volume");
        assert!(spec.mounts.iter().any(volume));
        assert!(spec.read_only);
    }
}
