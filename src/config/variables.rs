//! The flat set of variables that may differ between environments, as the ConfigMap `environment` carries them.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::read::Document;
use crate::base::failure::Result;

/// Who signs the gateway's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Issuer {
    /// A certificate authority made in the cluster.
    SelfSigned,
    /// An ACME authority, by DNS-01 through Cloudflare.
    Acme,
}

impl Issuer {
    /// Its name in the variables and in the tree's folders.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SelfSigned => "self-signed",
            Self::Acme => "acme",
        }
    }
}

/// How the world reaches the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gateway {
    /// Through a port of every node: a laptop's, or that of a cluster without a load balancer.
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
    /// Host and path prefix that image names begin with.
    pub registry: Spanned<String>,
    /// The name people and buoys use.
    pub hostname: Spanned<String>,
    /// Who signs its certificate.
    pub issuer: Issuer,
    /// How the world reaches it.
    pub gateway: Gateway,
    /// Replicas of the gateway's Envoy, 1 to 5.
    pub gateway_replicas: Spanned<u8>,
    /// PostgreSQL instances, 2 to 5: one that is copied to synchronously needs another.
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

/// Whether the registry is spoken to over HTTP: one whose host has no dot is a neighbour on the machine's own container
/// network, where nobody could sign for its name.
pub fn is_plain(registry: &str) -> bool {
    let host = registry.split('/').next().unwrap_or(registry);
    !host.split(':').next().unwrap_or(host).contains('.')
}

impl Variables {
    /// The ConfigMap's data: what `postBuild.substituteFrom` sees.
    pub fn to_data(&self, environment: &str, buoys: u16, https_port: u16) -> BTreeMap<String, String> {
        [
            ("ENVIRONMENT", environment.to_owned()),
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
        .chain(Self::sharing(0))
        .collect()
    }

    /// The variables that give `percent` of the API's requests to the backend of a digest that is tried out. They are the same in
    /// every environment: only a promotion says otherwise, for a while and in a place of its own.
    pub fn sharing(percent: u8) -> [(String, String); 2] {
        let rest = 100_u8.saturating_sub(percent);
        [("BACKEND_WEIGHT", rest), ("CANARY_WEIGHT", percent)]
            .map(|(name, weight)| (name.to_owned(), weight.to_string()))
    }

    /// Whether the registry is spoken to over HTTP; see [`is_plain`].
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

    pub(super) fn check(&self, document: &Document) -> Result<()> {
        document.in_range("variables.gateway-replicas", &self.gateway_replicas, 1, 5)?;
        document.in_range("variables.database-instances", &self.database_instances, 2, 5)?;
        document.in_range("variables.backend-replicas", &self.backend_replicas, 1, 20)?;
        document.in_range("variables.frontend-replicas", &self.frontend_replicas, 1, 20)?;
        let storage = self.database_storage.get_ref();
        let gibibytes = storage.strip_suffix("Gi").and_then(|number| number.parse::<u16>().ok());
        if !gibibytes.is_some_and(|size| (1..=1000).contains(&size)) {
            return Err(document.wrong(
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
        if !hostname.contains('.') || !hostname.split('.').all(label) {
            return Err(document.wrong(
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
    fn only_the_registry_next_door_speaks_http() {
        assert!(is_plain("seasense-registry:5000") && is_plain("seasense-registry:5000/mirror"));
        assert!(!is_plain("rg.fr-par.scw.cloud/seasense") && !is_plain("ghcr.io"));
        assert!(!is_plain("10.0.0.1:5000/plain"), "an address somewhere is not next door");
    }
}
