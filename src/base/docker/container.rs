//! Containers: inspect, list, start, stop and remove.

use std::collections::{BTreeMap, HashMap};

use bollard::{
    models::{ContainerSummary, ContainerSummaryStateEnum},
    query_parameters::{
        ContainerArchiveInfoOptionsBuilder, ListContainersOptionsBuilder, LogsOptionsBuilder,
        RemoveContainerOptionsBuilder, StopContainerOptionsBuilder,
    },
};
use futures_util::TryStreamExt;

use super::{
    connect::{Docker, found},
    labels::Labels,
};
use crate::base::failure::{Context, Kind, Result};

/// A container, running or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// Its ID, 64 hex digits.
    pub id: String,
    /// Its name, without a leading slash.
    pub name: String,
    /// The reference of its image at the time of its creation.
    pub image: String,
    /// The digest of that image's configuration.
    pub image_id: String,
    /// Whether its process runs.
    pub running: bool,
    /// The daemon's description of its state, for example `Exited (1) 3 minutes ago`.
    pub status: String,
    /// Its labels.
    pub labels: Labels,
    /// Its IPv4 address on each of its networks.
    pub addresses: BTreeMap<String, String>,
    /// Its published ports.
    pub ports: Vec<Port>,
    /// Its mounts: target in the container to source (a host path, or a volume's name).
    pub mounts: BTreeMap<String, String>,
}

/// A published port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Port {
    /// The host address it is bound to.
    pub address: String,
    /// The port on the host.
    pub host: u16,
    /// The port in the container.
    pub container: u16,
}

impl Container {
    /// The IPv4 address on `network`.
    pub fn ip(&self, network: &str) -> Option<&str> {
        self.addresses.get(network).map(String::as_str)
    }
}

impl Docker {
    /// Returns the container `name`, if it exists.
    pub async fn container(&self, name: &str) -> Result<Option<Container>> {
        // The filter is a regular expression over names with their slash.
        let pattern = format!("^/{name}$");
        let matching = self.summaries("name", &[pattern]).await?;
        Ok(matching.into_iter().find(|container| container.name == name))
    }

    /// Returns all containers with every label of `filters` (`name` or `name=value`), running or not, by name.
    pub async fn list_containers(&self, filters: &[String]) -> Result<Vec<Container>> {
        let mut containers = self.summaries("label", filters).await?;
        containers.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(containers)
    }

    async fn summaries(&self, filter: &str, values: &[String]) -> Result<Vec<Container>> {
        let filters = HashMap::from([(filter.to_owned(), values.to_vec())]);
        let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
        let found =
            self.api.list_containers(Some(options)).await.context(Kind::Tool, "list the containers")?;
        Ok(found.into_iter().map(Container::from).collect())
    }

    /// Returns the size of each container's writable layer in bytes, by name. The daemon measures it on
    /// request, which takes a moment.
    pub async fn writable_sizes(&self) -> Result<BTreeMap<String, u64>> {
        let options = ListContainersOptionsBuilder::new().all(true).size(true).build();
        let found =
            self.api.list_containers(Some(options)).await.context(Kind::Tool, "measure the containers")?;
        let size = |summary: ContainerSummary| {
            let bytes = u64::try_from(summary.size_rw.unwrap_or_default()).unwrap_or_default();
            (Container::from(summary).name, bytes)
        };
        Ok(found.into_iter().map(size).collect())
    }

    /// Starts an existing container; a running one is not changed.
    pub async fn start(&self, name: &str) -> Result<()> {
        let started = self.api.start_container(name, None).await;
        started.with_context(Kind::Tool, || format!("start the container `{name}`"))
    }

    /// Stops a container and kills it after 10 s; succeeds if it is absent or stopped.
    pub async fn stop(&self, name: &str) -> Result<()> {
        let options = StopContainerOptionsBuilder::new().t(10).build();
        let stopped = found(self.api.stop_container(name, Some(options)).await);
        stopped.with_context(Kind::Tool, || format!("stop the container `{name}`")).map(drop)
    }

    /// Whether `path` exists inside a container, running or not; false for an absent container.
    pub async fn has_path(&self, name: &str, path: &str) -> Result<bool> {
        let options = ContainerArchiveInfoOptionsBuilder::new().path(path).build();
        let info = found(self.api.get_container_archive_info(name, Some(options)).await);
        info.map(|info| info.is_some())
            .with_context(Kind::Tool, || format!("check for `{path}` in the container `{name}`"))
    }

    /// Returns the modification time of `path` inside a container, running or not; `None` if it does not exist.
    ///
    /// The daemon creates the directory of a bind mount again if it was deleted.
    pub async fn modified(&self, name: &str, path: &str) -> Result<Option<jiff::Timestamp>> {
        let what = || format!("check for `{path}` in the container `{name}`");
        let options = ContainerArchiveInfoOptionsBuilder::new().path(path).build();
        let info = found(self.api.get_container_archive_info(name, Some(options)).await);
        let Some(info) = info.with_context(Kind::Tool, what)? else { return Ok(None) };
        let time = info.modification_time.unwrap_or_default();
        time.parse().map(Some).with_context(Kind::Tool, what)
    }

    /// Kills and removes a container with its anonymous volumes; succeeds if it is absent.
    pub async fn remove_container(&self, name: &str) -> Result<()> {
        let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
        let removed = found(self.api.remove_container(name, Some(options)).await);
        removed.with_context(Kind::Tool, || format!("remove the container `{name}`")).map(drop)
    }

    /// Returns the last `tail` lines of a container's two streams, oldest first.
    pub async fn logs(&self, name: &str, tail: usize) -> Result<String> {
        let options = LogsOptionsBuilder::new().stdout(true).stderr(true).tail(&tail.to_string()).build();
        let parts: Vec<_> = self
            .api
            .logs(name, Some(options))
            .try_collect()
            .await
            .with_context(Kind::Tool, || format!("read the log of the container `{name}`"))?;
        Ok(parts.iter().map(ToString::to_string).collect())
    }
}

impl From<ContainerSummary> for Container {
    fn from(summary: ContainerSummary) -> Self {
        let names = summary.names.unwrap_or_default();
        let networks = summary.network_settings.and_then(|settings| settings.networks).unwrap_or_default();
        let address = |ip: Option<String>| ip.filter(|ip| !ip.is_empty());
        let mut ports: Vec<Port> =
            summary.ports.unwrap_or_default().into_iter().filter_map(published).collect();
        ports.sort();
        Self {
            id: summary.id.unwrap_or_default(),
            name: names.first().map(|name| name.trim_start_matches('/').to_owned()).unwrap_or_default(),
            image: summary.image.unwrap_or_default(),
            image_id: summary.image_id.unwrap_or_default(),
            running: summary.state == Some(ContainerSummaryStateEnum::RUNNING),
            status: summary.status.unwrap_or_default(),
            labels: summary.labels.unwrap_or_default().into_iter().collect(),
            addresses: networks
                .into_iter()
                .filter_map(|(name, at)| Some((name, address(at.ip_address)?)))
                .collect(),
            ports,
            mounts: summary
                .mounts
                .unwrap_or_default()
                .into_iter()
                .filter_map(|mount| Some((mount.destination?, mount.name.or(mount.source)?)))
                .collect(),
        }
    }
}

fn published(port: bollard::models::PortSummary) -> Option<Port> {
    Some(Port { address: port.ip.unwrap_or_default(), host: port.public_port?, container: port.private_port })
}

#[cfg(test)]
mod tests {
    use bollard::models::{EndpointSettings, PortSummary};

    use super::*;

    #[test]
    fn summary_is_converted_to_a_container() {
        let networks = HashMap::from([(
            "kind".to_owned(),
            EndpointSettings { ip_address: Some("172.18.0.2".into()), ..Default::default() },
        )]);
        let container = Container::from(ContainerSummary {
            names: Some(vec!["/seasense-registry".into()]),
            state: Some(ContainerSummaryStateEnum::RUNNING),
            ports: Some(vec![
                PortSummary { ip: None, private_port: 5001, public_port: None, typ: None },
                PortSummary {
                    ip: Some("127.0.0.1".into()),
                    private_port: 5000,
                    public_port: Some(5050),
                    typ: None,
                },
            ]),
            network_settings: Some(bollard::models::ContainerSummaryNetworkSettings {
                networks: Some(networks),
            }),
            ..Default::default()
        });
        assert_eq!(container.name, "seasense-registry");
        assert!(container.running);
        assert_eq!(container.ip("kind"), Some("172.18.0.2"));
        assert_eq!(container.ports, [Port { address: "127.0.0.1".into(), host: 5050, container: 5000 }]);
    }
}
