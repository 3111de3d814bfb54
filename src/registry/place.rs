//! A place for images in a registry: its host, and what the names of its repositories begin with.

use std::fmt;

use super::client::is_local;
use crate::base::failure::{Failure, Kind, Result};

/// Where images are: `HOST` or `HOST/NAMESPACE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The registry, with its port.
    pub host: String,
    /// What the names of its repositories begin with, without a slash at its end; empty for all.
    pub namespace: String,
}

impl Place {
    /// Takes `HOST/NAMESPACE` apart.
    pub fn parse(text: &str) -> Result<Self> {
        let (host, namespace) = text.trim_end_matches('/').split_once('/').unwrap_or((text, ""));
        let wrong = |why: &str| {
            Err(Failure::new(Kind::Usage, format!("`{text}` is not a place for images"))
                .because(why)
                .hint("write it as HOST/NAMESPACE, for example `rg.fr-par.scw.cloud/seasense`"))
        };
        if host.is_empty() || host.contains([':', '@']) && !has_port(host) {
            return wrong("it names no registry");
        }
        // Elsewhere the rest of the registry belongs to others.
        if namespace.is_empty() && !is_local(host) {
            return wrong("it names no namespace");
        }
        Ok(Self { host: host.trim_end_matches('/').to_owned(), namespace: namespace.to_owned() })
    }

    /// The name of the repository that holds `image`.
    pub fn repository(&self, image: &str) -> String {
        if self.namespace.is_empty() { image.to_owned() } else { format!("{}/{image}", self.namespace) }
    }

    /// What every repository's name begins with.
    pub(crate) fn prefix(&self) -> String {
        self.repository("")
    }
}

impl fmt::Display for Place {
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
    fn a_place_is_a_registry_and_a_namespace() {
        let place = Place::parse("rg.fr-par.scw.cloud/seasense").unwrap();
        assert_eq!(
            (place.host.as_str(), place.repository("envoy").as_str()),
            ("rg.fr-par.scw.cloud", "seasense/envoy")
        );
        let local = Place::parse("127.0.0.1:5050").unwrap();
        assert_eq!((local.repository("envoy").as_str(), local.prefix().as_str()), ("envoy", ""));
        assert_eq!(
            (local.to_string(), place.to_string()),
            ("127.0.0.1:5050".into(), "rg.fr-par.scw.cloud/seasense".into())
        );
        assert_eq!(Place::parse("ghcr.io/a/b/").unwrap().prefix(), "a/b/");
        for wrong in ["", "/x", "ghcr.io", "https://ghcr.io/a"] {
            assert_eq!(Place::parse(wrong).unwrap_err().kind, Kind::Usage, "{wrong}");
        }
    }
}
