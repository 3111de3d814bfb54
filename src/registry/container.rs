//! The container of the local registry, its volume and its network.

use std::time::Duration;

use super::RegistryClient;
use crate::base::{
    digest::Digest,
    docker::{ContainerSpec, Docker, Mount, Restart, labels},
    failure::{Failure, Kind, Result},
    wait::{Deadline, Observation, wait},
};

/// The network that kind puts its nodes on.
pub const NETWORK: &str = "kind";
const ROLE: &str = "registry";
pub(super) const PORT: u16 = 5000;
/// The memory limit in bytes. Uploads are streamed to disk, so the registry never needs more.
const MEMORY: u64 = 512 << 20;

/// The addresses of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    /// As seen from this machine, `127.0.0.1:<port>`.
    pub host: String,
    /// As seen from the cluster's network, `seasense-registry:5000`.
    pub inside: String,
}

impl Registry {
    /// The registry in the container `name`, which is also its host name on [`NETWORK`]; `port` is its port on
    /// this machine.
    pub fn at(name: &str, port: u16) -> Self {
        Self { host: format!("127.0.0.1:{port}"), inside: format!("{name}:{PORT}") }
    }
}

/// What the names of our images in this machine's daemon begin with.
pub const DAEMON_PREFIX: &str = "seasense";

/// The name under which this machine's daemon has the image `digest` of `repository`. It contains the digest,
/// so that an older image of the same repository is never used instead.
pub fn daemon_reference(repository: &str, digest: &Digest) -> String {
    let short = &digest.hex()[..16];
    format!("{DAEMON_PREFIX}/{repository}:{short}")
}

/// The desired configuration of the registry container.
#[derive(Debug, Clone, Copy)]
pub struct RegistrySpec<'a> {
    /// The container's name.
    pub name: &'a str,
    /// The image, which the daemon already has.
    pub image: &'a str,
    /// The volume with its content.
    pub volume: &'a str,
    /// The port on 127.0.0.1.
    pub port: u16,
}

/// Ensures that the registry runs as specified and responds.
///
/// A container with another image or port is replaced; its content is kept. A container of another owner is an
/// error.
pub async fn ensure(docker: &Docker, desired: RegistrySpec<'_>) -> Result<Registry> {
    let RegistrySpec { name, image, port, .. } = desired;
    let registry = Registry::at(name, port);
    docker.ensure_network(NETWORK, &labels::shared("network")).await?;
    match docker.container(name).await? {
        Some(existing) if !labels::is_ours(&existing.labels) => return Err(foreign_container(name)),
        Some(existing) => {
            let same_image = docker.image_id(image).await?.is_some_and(|id| id == existing.image_id);
            // A stopped container publishes no port, so it is started before its port is compared.
            if !existing.running && same_image {
                docker.start(name).await?;
            }
            let existing = docker.container(name).await?.unwrap_or(existing);
            let same_port = existing.ports.iter().any(|published| published.host == port);
            let same_volume = existing.mounts.values().any(|source| source == desired.volume);
            if !(same_image && same_port && same_volume && existing.addresses.contains_key(NETWORK)) {
                docker.remove_container(name).await?;
                docker.run(&spec(desired)).await?;
            }
        }
        None => docker.run(&spec(desired)).await?,
    }
    wait_until_responding(docker, name, &registry).await?;
    Ok(registry)
}

fn spec(desired: RegistrySpec<'_>) -> ContainerSpec {
    let volume = desired.volume.to_owned();
    container_spec((desired.name, desired.image), volume, desired.port, labels::shared(ROLE))
}

/// The error for a container with our name that seasense did not create.
pub(super) fn foreign_container(name: &str) -> Failure {
    Failure::new(Kind::Tool, format!("a container `{name}` exists that seasense did not create"))
        .hint(format!("inspect it with `docker inspect {name}`, then rename or remove it"))
}

/// The container of a registry that stores its content in `volume`. With port 0 the daemon assigns a port.
pub(super) fn container_spec(
    (name, image): (&str, &str),
    volume: String,
    port: u16,
    labels: labels::Labels,
) -> ContainerSpec {
    ContainerSpec {
        name: name.to_owned(),
        image: image.to_owned(),
        // The official image exports traces by default and logs an error every few seconds if no collector
        // exists.
        env: vec![("OTEL_TRACES_EXPORTER".to_owned(), "none".to_owned())],
        labels,
        network: NETWORK.to_owned(),
        ports: vec![(port, PORT)],
        mounts: vec![
            Mount::Volume { name: volume, target: "/var/lib/registry".to_owned() },
            Mount::Memory { target: "/tmp".to_owned() },
        ],
        read_only: true,
        memory: Some(MEMORY),
        restart: Restart::UnlessStopped,
        ..ContainerSpec::default()
    }
}

pub(super) async fn wait_until_responding(docker: &Docker, name: &str, registry: &Registry) -> Result<()> {
    let client = RegistryClient::new(&registry.host)?;
    let deadline = Deadline::after(Duration::from_secs(30));
    let responded = wait(deadline, Duration::from_millis(100), "start the local registry", || async {
        if client.responds().await {
            return Ok(Observation::Ready(()));
        }
        Ok(Observation::Pending(format!("no response from {}", registry.host)))
    })
    .await;
    match responded {
        Ok(()) => Ok(()),
        Err(failure) => Err(failure.because(docker.logs(name, 5).await.unwrap_or_default())),
    }
}
