//! The official name of an image, taken apart.

use std::{collections::BTreeMap, str::FromStr};

use oci_client::Reference;

use crate::base::failure::{Context, Kind, Result};

/// Where an official image is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Official {
    /// The registry to ask: the image's own, or its mirror.
    pub host: String,
    /// The repository in it.
    pub repository: String,
    /// The tag.
    pub tag: String,
}

impl Official {
    /// Takes `name` apart; a registry that `mirrors` names is asked there instead.
    pub fn parse(name: &str, mirrors: &BTreeMap<String, String>) -> Result<Self> {
        let reference = Reference::from_str(name)
            .with_context(Kind::Environment, || format!("`{name}` is not the name of an image"))?;
        let host = reference.registry();
        Ok(Self {
            host: mirrors.get(host).map_or(host, String::as_str).to_owned(),
            repository: reference.repository().to_owned(),
            tag: reference.tag().unwrap_or("latest").to_owned(),
        })
    }

    /// Its name where it is asked for.
    pub fn name(&self) -> String {
        format!("{}/{}:{}", self.host, self.repository, self.tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_stands_in_for_its_registry() {
        let mirrors = BTreeMap::from([("quay.io".to_owned(), "127.0.0.1:5099".to_owned())]);
        let name = |text| Official::parse(text, &mirrors).unwrap().name();
        assert_eq!(
            name("quay.io/jetstack/cert-manager-webhook:v1.21.2"),
            "127.0.0.1:5099/jetstack/cert-manager-webhook:v1.21.2"
        );
        assert_eq!(name("registry.k8s.io/pause:3.10.1"), "registry.k8s.io/pause:3.10.1");
        assert!(Official::parse("not an image", &mirrors).is_err());
    }
}
