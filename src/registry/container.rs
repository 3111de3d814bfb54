//! The registry's container, its volume and its network.

use std::time::Duration;

use super::RegistryClient;
use crate::{
    base::{
        docker::{ContainerSpec, Docker, Mount, Restart, labels},
        failure::{Failure, Kind, Result},
        wait::{Deadline, Observation, wait},
    },
    images::{LockedImage, Origin},
};

/// The network that kind puts its nodes on.
pub const NETWORK: &str = "kind";
const ROLE: &str = "registry";
pub(super) const PORT: u16 = 5000;
/// Uploads are streamed to disk; the registry never needs more.
const MEMORY: u64 = 512 << 20;

/// How the registry is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    /// From this machine, `127.0.0.1:<port>`.
    pub host: String,
    /// From the cluster's network, `seasense-registry:5000`.
    pub inside: String,
}

impl Registry {
    /// The registry in the container `name`, which is also its host name on [`NETWORK`]; `port` is its port on this machine.
    pub fn at(name: &str, port: u16) -> Self {
        Self { host: format!("127.0.0.1:{port}"), inside: format!("{name}:{PORT}") }
    }

    /// The name under which this machine's daemon has an image that it needs: a name per digest, so that an older image
    /// of the same repository is never taken for it.
    pub fn host_reference(&self, image: &LockedImage) -> String {
        daemon_reference(&image.repository, &image.digest)
    }
}

/// The daemon's name of the image with `digest` in `repository`.
pub fn daemon_reference(repository: &str, digest: &str) -> String {
    let short: String = digest.trim_start_matches("sha256:").chars().take(16).collect();
    format!("seasense/{repository}:{short}")
}

/// What a registry runs from and is reached by.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The container's name.
    pub name: &'a str,
    /// The image, which the daemon has.
    pub image: &'a str,
    /// Whose content it holds: each supply has a volume of its own, as the official image runs as another user.
    pub origin: Origin,
    /// The port on 127.0.0.1.
    pub port: u16,
}

impl Wanted<'_> {
    fn volume(&self) -> String {
        match self.origin {
            Origin::Build => self.name.to_owned(),
            Origin::Pull => format!("{}-pull", self.name),
        }
    }
}

/// Makes sure that the registry runs as it is wanted, and answers.
///
/// A container of another image or port is replaced; its content stays. A container that is not ours is refused.
pub async fn ensure(docker: &Docker, wanted: Wanted<'_>) -> Result<Registry> {
    let Wanted { name, image, port, .. } = wanted;
    let registry = Registry::at(name, port);
    docker.ensure_network(NETWORK, &labels::shared("network")).await?;
    match docker.container(name).await? {
        Some(there) if !labels::is_ours(&there.labels) => {
            return Err(Failure::new(
                Kind::Tool,
                format!("a container `{name}` exists that seasense did not make"),
            )
            .hint(format!("look at it with `docker inspect {name}`, then rename or remove it")));
        }
        Some(there) => {
            let same_image = docker.image_id(image).await?.is_some_and(|id| id == there.image_id);
            // A stopped container publishes no port, so only its start can tell; starting is tried first.
            if !there.running && same_image {
                docker.start(name).await?;
            }
            let there = docker.container(name).await?.unwrap_or(there);
            let same_port = there.ports.iter().any(|published| published.host == port);
            let same_volume = there.mounts.values().any(|source| *source == wanted.volume());
            if !(same_image && same_port && same_volume && there.addresses.contains_key(NETWORK)) {
                docker.remove_container(name).await?;
                docker.run(&spec(wanted)).await?;
            }
        }
        None => docker.run(&spec(wanted)).await?,
    }
    until_it_answers(docker, name, &registry).await?;
    Ok(registry)
}

fn spec(wanted: Wanted<'_>) -> ContainerSpec {
    let volume = wanted.volume();
    of((wanted.name, wanted.image), volume, wanted.port, labels::shared(ROLE))
}

/// The container of a registry that keeps its content in `volume`; on port 0 the daemon chooses one.
pub(super) fn of(
    (name, image): (&str, &str),
    volume: String,
    port: u16,
    labels: labels::Labels,
) -> ContainerSpec {
    ContainerSpec {
        name: name.to_owned(),
        image: image.to_owned(),
        // The official image asks nobody in particular to take its traces, and complains every few seconds.
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

pub(super) async fn until_it_answers(docker: &Docker, name: &str, registry: &Registry) -> Result<()> {
    let client = RegistryClient::new(&registry.host)?;
    let deadline = Deadline::after(Duration::from_secs(30));
    let answered = wait(deadline, Duration::from_millis(100), "start the local registry", || async {
        if client.answers().await {
            return Ok(Observation::Ready(()));
        }
        Ok(Observation::Pending(format!("nothing answers on {}", registry.host)))
    })
    .await;
    match answered {
        Ok(()) => Ok(()),
        Err(failure) => Err(failure.because(docker.logs(name, 5).await.unwrap_or_default())),
    }
}
