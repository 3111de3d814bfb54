//! A location for images in a registry: the host and the prefix of the repository names.

use std::fmt;

use crate::base::{
    failure::{Failure, Kind, Result},
    http::is_loopback,
};

/// A location for images: `HOST` or `HOST/NAMESPACE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryPath {
    /// The registry's host, with its port.
    pub host: String,
    /// The prefix of the repository names, without a trailing slash; empty if all repositories belong to it.
    pub namespace: String,
}

impl RegistryPath {
    /// Parses `HOST/NAMESPACE`.
    pub fn parse(text: &str) -> Result<Self> {
        let (host, namespace) = text.trim_end_matches('/').split_once('/').unwrap_or((text, ""));
        let invalid = |why: &str| {
            Err(Failure::new(Kind::Usage, format!("invalid registry location `{text}`"))
                .because(why)
                .hint("write it as HOST/NAMESPACE, for example `rg.fr-par.scw.cloud/seasense`"))
        };
        if host.is_empty() || host.contains([':', '@']) && !has_port(host) {
            return invalid("it contains no registry host");
        }
        // In a shared registry, repositories outside the namespace belong to others.
        if namespace.is_empty() && !is_loopback(host) {
            return invalid("it contains no namespace");
        }
        Ok(Self { host: host.trim_end_matches('/').to_owned(), namespace: namespace.to_owned() })
    }

    /// The name of the repository for `image`.
    pub fn repository(&self, image: &str) -> String {
        if self.namespace.is_empty() { image.to_owned() } else { format!("{}/{image}", self.namespace) }
    }

    /// The prefix of all repository names.
    pub(crate) fn prefix(&self) -> String {
        self.repository("")
    }
}

impl fmt::Display for RegistryPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
        if self.namespace.is_empty() { Ok(()) } else { write!(f, "/{}", self.namespace) }
    }
}

fn has_port(host: &str) -> bool {
    host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_namespace_are_parsed() {
        let shared = RegistryPath::parse("rg.fr-par.scw.cloud/seasense").unwrap();
        assert_eq!(shared.host, "rg.fr-par.scw.cloud");
        assert_eq!(shared.repository("envoy"), "seasense/envoy");
        assert_eq!(shared.to_string(), "rg.fr-par.scw.cloud/seasense");
        let local = RegistryPath::parse("127.0.0.1:5050").unwrap();
        assert_eq!(local.repository("envoy"), "envoy");
        assert_eq!(local.prefix(), "");
        assert_eq!(local.to_string(), "127.0.0.1:5050");
        assert_eq!(RegistryPath::parse("ghcr.io/a/b/").unwrap().prefix(), "a/b/");
        for invalid in ["", "/x", "ghcr.io", "https://ghcr.io/a"] {
            assert_eq!(RegistryPath::parse(invalid).unwrap_err().kind, Kind::Usage, "{invalid}");
        }
    }
}
