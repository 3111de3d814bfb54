//! Docker networks.

use std::collections::HashMap;

use bollard::{
    models::NetworkCreateRequest,
    query_parameters::{InspectNetworkOptions, ListNetworksOptionsBuilder},
};

use super::{
    connect::{Docker, found},
    labels::Labels,
};
use crate::base::failure::{Context, Kind, Result};

/// A network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// Its name.
    pub name: String,
    /// Its ID.
    pub id: String,
    /// Its labels.
    pub labels: Labels,
}

impl Docker {
    /// Creates the bridge network `name` with `labels` unless it exists.
    ///
    /// IPv4 only: pods have no IPv6 address, and a name that resolves to an IPv6 address first makes clients
    /// wait.
    pub async fn ensure_network(&self, name: &str, labels: &Labels) -> Result<()> {
        let what = || format!("create the network `{name}`");
        let existing = found(self.api.inspect_network(name, None::<InspectNetworkOptions>).await);
        if existing.with_context(Kind::Tool, what)?.is_some() {
            return Ok(());
        }
        let options = [("com.docker.network.bridge.enable_ip_masquerade", "true")];
        let request = NetworkCreateRequest {
            name: name.to_owned(),
            driver: Some("bridge".into()),
            enable_ipv6: Some(false),
            options: Some(options.map(|(option, value)| (option.to_owned(), value.to_owned())).into()),
            labels: Some(labels.clone().into_iter().collect()),
            ..Default::default()
        };
        self.api.create_network(request).await.with_context(Kind::Tool, what).map(drop)
    }

    /// Returns all networks with every label of `filters` (`name` or `name=value`), by name.
    pub async fn list_networks(&self, filters: &[String]) -> Result<Vec<Network>> {
        let filters = HashMap::from([("label".to_owned(), filters.to_vec())]);
        let options = ListNetworksOptionsBuilder::new().filters(&filters).build();
        let found = self.api.list_networks(Some(options)).await.context(Kind::Tool, "list the networks")?;
        let mut networks: Vec<Network> = found
            .into_iter()
            .map(|network| Network {
                name: network.name.unwrap_or_default(),
                id: network.id.unwrap_or_default(),
                labels: network.labels.unwrap_or_default().into_iter().collect(),
            })
            .collect();
        networks.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(networks)
    }

    /// Removes a network without containers; succeeds if it is absent.
    pub async fn remove_network(&self, name: &str) -> Result<()> {
        let removed = found(self.api.remove_network(name).await);
        removed.with_context(Kind::Tool, || format!("remove the network `{name}`")).map(drop)
    }
}
