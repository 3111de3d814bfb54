//! The variables that may differ between environments, as the ConfigMap `environment` contains them.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{EnvName, settings_file::SettingsFile};
use crate::base::failure::Result;

/// The issuer of the gateway's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Issuer {
    /// A certificate authority inside the cluster.
    SelfSigned,
    /// An ACME authority, by DNS-01 through Cloudflare.
    Acme,
}

impl Issuer {
    /// Its name in the variables and in the directories of the tree.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SelfSigned => "self-signed",
            Self::Acme => "acme",
        }
    }
}

/// How clients reach the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gateway {
    /// Through a port of every node: on this machine, or in a cluster without a load balancer.
    NodePort,
    /// Through a load balancer of the provider.
    LoadBalancer,
}

impl Gateway {
    /// The type of its Service, as Kubernetes calls it.
    pub const fn service(self) -> &'static str {
        match self {
            Self::NodePort => "NodePort",
            Self::LoadBalancer => "LoadBalancer",
        }
    }
}

/// The `[variables]` table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Variables {
    /// Host and path prefix of image names.
    pub registry: Spanned<String>,
    /// The public host name.
    pub hostname: Spanned<String>,
    /// The issuer of its certificate.
    pub issuer: Issuer,
    /// How clients reach it.
    pub gateway: Gateway,
    /// Replicas of the gateway's Envoy, 1 to 5.
    pub gateway_replicas: Spanned<u8>,
    /// PostgreSQL instances, 2 to 5: synchronous replication needs a second one.
    pub database_instances: Spanned<u8>,
    /// Size of each instance's volume, as a Kubernetes quantity in `Gi`.
    pub database_storage: Spanned<String>,
    /// The storage class of those volumes.
    pub storage_class: Spanned<String>,
    /// Replicas of the backend, 1 to 20.
    pub backend_replicas: Spanned<u8>,
    /// Replicas of the frontend, 1 to 20.
    pub frontend_replicas: Spanned<u8>,
}

/// Whether the registry uses HTTP: a host without a dot is on the container network of this machine, where no
/// authority issues certificates.
pub fn is_plain(registry: &str) -> bool {
    let host = registry.split('/').next().unwrap_or(registry);
    !host.split(':').next().unwrap_or(host).contains('.')
}

/// The longest DNS name.
const LONGEST_NAME: usize = 253;

/// Whether the last label is a number: browsers and resolvers take such a name for an IPv4 address.
fn ends_in_a_number(hostname: &str) -> bool {
    let last = hostname.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let digits = !last.is_empty() && last.chars().all(|c| c.is_ascii_digit());
    let hex = last.strip_prefix("0x").is_some_and(|rest| rest.chars().all(|c| c.is_ascii_hexdigit()));
    digits || hex
}

impl Variables {
    /// The data of the ConfigMap, the input of `postBuild.substituteFrom`.
    pub fn to_data(&self, environment: &EnvName, buoys: u16, https_port: u16) -> BTreeMap<String, String> {
        [
            ("ENVIRONMENT", environment.to_string()),
            ("REGISTRY", self.registry.get_ref().clone()),
            ("REGISTRY_INSECURE", self.is_registry_plain().to_string()),
            ("HOSTNAME", self.hostname.get_ref().clone()),
            ("HTTPS_PORT", https_port.to_string()),
            ("ISSUER", self.issuer.name().to_owned()),
            ("GATEWAY_REPLICAS", self.gateway_replicas.get_ref().to_string()),
            ("GATEWAY_SERVICE", self.gateway.service().to_owned()),
            ("DATABASE_INSTANCES", self.database_instances.get_ref().to_string()),
            ("DATABASE_STORAGE", self.database_storage.get_ref().clone()),
            ("STORAGE_CLASS", self.storage_class.get_ref().clone()),
            ("BACKEND_REPLICAS", self.backend_replicas.get_ref().to_string()),
            ("FRONTEND_REPLICAS", self.frontend_replicas.get_ref().to_string()),
            ("BUOYS", buoys.to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .chain(Self::traffic_share(0))
        .collect()
    }

    /// The variables that send `percent` of the API's requests to the canary. They are 0 in every environment
    /// file: only a promotion sets them, temporarily and in its own ConfigMap.
    pub fn traffic_share(percent: u8) -> [(String, String); 2] {
        let rest = 100_u8.saturating_sub(percent);
        [("BACKEND_WEIGHT", rest), ("CANARY_WEIGHT", percent)]
            .map(|(name, weight)| (name.to_owned(), weight.to_string()))
    }

    /// Whether the registry uses HTTP; see [`is_plain`].
    pub fn is_registry_plain(&self) -> bool {
        is_plain(self.registry.get_ref())
    }

    /// The names of every variable, sorted.
    pub const NAMES: [&'static str; 16] = [
        "BACKEND_REPLICAS",
        "BACKEND_WEIGHT",
        "BUOYS",
        "CANARY_WEIGHT",
        "DATABASE_INSTANCES",
        "DATABASE_STORAGE",
        "ENVIRONMENT",
        "FRONTEND_REPLICAS",
        "GATEWAY_REPLICAS",
        "GATEWAY_SERVICE",
        "HOSTNAME",
        "HTTPS_PORT",
        "ISSUER",
        "REGISTRY",
        "REGISTRY_INSECURE",
        "STORAGE_CLASS",
    ];

    pub(super) fn check(&self, document: &SettingsFile) -> Result<()> {
        document.in_range("variables.gateway-replicas", &self.gateway_replicas, 1, 5)?;
        document.in_range("variables.database-instances", &self.database_instances, 2, 5)?;
        document.in_range("variables.backend-replicas", &self.backend_replicas, 1, 20)?;
        document.in_range("variables.frontend-replicas", &self.frontend_replicas, 1, 20)?;
        let storage = self.database_storage.get_ref();
        let gibibytes = storage.strip_suffix("Gi").and_then(|number| number.parse::<u16>().ok());
        if !gibibytes.is_some_and(|size| (1..=1000).contains(&size)) {
            return Err(document.invalid(
                &self.database_storage,
                format!("`variables.database-storage` must be `1Gi` to `1000Gi`, not `{storage}`"),
            ));
        }
        let hostname = self.hostname.get_ref();
        let label = |part: &str| {
            !part.is_empty()
                && part.len() <= 63
                && !part.starts_with('-')
                && !part.ends_with('-')
                && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        if ends_in_a_number(hostname) {
            return Err(document
                .invalid(
                    &self.hostname,
                    format!("`variables.hostname` must be a DNS name, `{hostname}` is an IP address or ends like one"),
                )
                .hint("the certificate and the cookies need a name, for example `seasense.localhost`"));
        }
        if hostname.len() > LONGEST_NAME {
            return Err(document.invalid(
                &self.hostname,
                format!(
                    "`variables.hostname` must have at most {LONGEST_NAME} characters, not {}",
                    hostname.len()
                ),
            ));
        }
        if !hostname.contains('.') || !hostname.split('.').all(label) {
            return Err(document.invalid(
                &self.hostname,
                format!("`variables.hostname` must be a DNS name with a dot, not `{hostname}`"),
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_not_host_names() {
        for name in ["1.2.3.4", "127.0.0.1", "example.1", "a.0x7f", "1.2.3.4.", "0x.0x"] {
            assert!(ends_in_a_number(name), "{name}");
        }
        for name in ["seasense.localhost", "1.2.3.example", "4.3.2.1.in-addr.arpa", "a.b1"] {
            assert!(!ends_in_a_number(name), "{name}");
        }
    }

    #[test]
    fn only_hosts_without_a_dot_use_http() {
        assert!(is_plain("seasense-registry:5000") && is_plain("seasense-registry:5000/mirror"));
        assert!(!is_plain("rg.fr-par.scw.cloud/seasense") && !is_plain("ghcr.io"));
        assert!(!is_plain("10.0.0.1:5000/plain"), "an IP address is not on the container network");
    }
}
