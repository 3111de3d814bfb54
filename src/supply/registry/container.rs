//! The registry's container, its volume and its network.

use std::time::Duration;

use super::RegistryClient;
use crate::{
    docker::{ContainerSpec, Docker, Mount, Restart, labels},
    failure::{Failure, Kind, Result},
    k8s::{Deadline, Look, wait},
    supply::LockedImage,
};

/// The container's name, which is also its host name on [`NETWORK`].
pub const CONTAINER: &str = "seasense-registry";
/// The volume that keeps its content in supply `build`.
pub const VOLUME: &str = "seasense-registry";
/// The same in supply `pull`: the official image runs as another user, who could not write the other volume.
pub const PULL_VOLUME: &str = "seasense-registry-pull";
/// The network that kind puts its nodes on.
pub const NETWORK: &str = "kind";
const ROLE: &str = "registry";
const PORT: u16 = 5000;
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
    /// The registry whose port on this machine is `port`.
    pub fn at(port: u16) -> Self {
        Self { host: format!("127.0.0.1:{port}"), inside: format!("{CONTAINER}:{PORT}") }
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

/// Makes sure that the registry runs from `image`, which the daemon has, keeps its content in `volume`, and answers on `port` of 127.0.0.1.
///
/// A container of another image or port is replaced; its content stays. A container that is not ours is refused.
pub async fn ensure(docker: &Docker, image: &str, volume: &str, port: u16) -> Result<Registry> {
    let registry = Registry::at(port);
    docker.ensure_network(NETWORK, &labels::shared("network")).await?;
    match docker.container(CONTAINER).await? {
        Some(there) if !labels::is_ours(&there.labels) => {
            return Err(Failure::new(
                Kind::Tool,
                format!("a container `{CONTAINER}` exists that seasense did not make"),
            )
            .hint(format!("look at it with `docker inspect {CONTAINER}`, then rename or remove it")));
        }
        Some(there) => {
            let same_image = docker.image_id(image).await?.is_some_and(|id| id == there.image_id);
            // A stopped container publishes no port, so only its start can tell; starting is tried first.
            if !there.running && same_image {
                docker.start(CONTAINER).await?;
            }
            let there = docker.container(CONTAINER).await?.unwrap_or(there);
            let same_port = there.ports.iter().any(|published| published.host == port);
            let same_volume = there.mounts.values().any(|source| source == volume);
            if !(same_image && same_port && same_volume && there.addresses.contains_key(NETWORK)) {
                docker.remove_container(CONTAINER).await?;
                docker.run(&spec(image, volume, port)).await?;
            }
        }
        None => docker.run(&spec(image, volume, port)).await?,
    }
    until_it_answers(docker, &registry).await?;
    Ok(registry)
}

fn spec(image: &str, volume: &str, port: u16) -> ContainerSpec {
    ContainerSpec {
        name: CONTAINER.to_owned(),
        image: image.to_owned(),
        labels: labels::shared(ROLE),
        network: NETWORK.to_owned(),
        ports: vec![(port, PORT)],
        mounts: vec![
            Mount::Volume { name: volume.to_owned(), target: "/var/lib/registry".to_owned() },
            Mount::Memory { target: "/tmp".to_owned() },
        ],
        read_only: true,
        memory: Some(MEMORY),
        restart: Restart::UnlessStopped,
        ..ContainerSpec::default()
    }
}

async fn until_it_answers(docker: &Docker, registry: &Registry) -> Result<()> {
    let client = RegistryClient::new(&registry.host)?;
    let deadline = Deadline::after(Duration::from_secs(30));
    let answered = wait(deadline, Duration::from_millis(100), "start the local registry", || async {
        if client.answers().await {
            return Ok(Look::Ready(()));
        }
        Ok(Look::NotYet(format!("nothing answers on {}", registry.host)))
    })
    .await;
    match answered {
        Ok(()) => Ok(()),
        Err(failure) => Err(failure.because(docker.logs(CONTAINER, 5).await.unwrap_or_default())),
    }
}
