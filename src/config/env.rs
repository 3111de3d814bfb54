//! One environment: `envs/<name>.toml`, read and validated.

use std::{collections::BTreeMap, path::PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::{Project, Variables, read::Document};
use crate::failure::{Failure, Kind, Location, Result};

/// A validated environment file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Environment {
    /// Its name; equals the file's stem. Lower-case letters, digits and `-`, at most 20 characters.
    pub name: Spanned<String>,
    /// The cluster it runs in.
    pub cluster: ClusterSpec,
    /// The ports it takes on 127.0.0.1.
    pub ports: Ports,
    /// The simulated buoys beside it.
    pub fleet: FleetSpec,
    /// All that may differ between environments inside the cluster.
    pub variables: Variables,
    /// Which one of the many that this file may stand for; without it, the file's own name and port.
    #[serde(skip)]
    instance: Option<Instance>,
}

/// What tells two environments of the same file from each other on one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Instance {
    name: String,
    https_port: u16,
}

/// The local cluster's shape.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ClusterSpec {
    /// Number of nodes, 1 to 5; with more than one, three zones are simulated by labels.
    pub nodes: Spanned<u8>,
}

/// Host ports, all on 127.0.0.1.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Ports {
    /// The gateway's HTTPS port.
    pub https: Spanned<u16>,
    /// The local registry's port.
    pub registry: Spanned<u16>,
}

/// The simulated fleet.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FleetSpec {
    /// Number of buoys, 0 (no fleet) to 500.
    pub buoys: Spanned<u16>,
    /// Seconds between two readings of a buoy, 1 to 3600.
    pub interval_seconds: Spanned<u16>,
    /// Seed of every track and every value.
    pub seed: u64,
}

impl Environment {
    /// Reads and checks the environment `name` of the project.
    ///
    /// Fails with kind `Environment` and the line and column of whatever is wrong.
    pub fn load(project: &Project, name: &str) -> Result<Self> {
        let document = Document::open(project, PathBuf::from(format!("envs/{name}.toml")))?;
        let environment: Self = document.parse()?;
        environment.check(&document, name)?;
        Ok(environment)
    }

    /// The environment's name.
    pub fn name(&self) -> &str {
        self.name.get_ref()
    }

    /// What tells it from every other environment on this machine: labels, state and cluster bear this name.
    pub fn instance(&self) -> &str {
        self.instance.as_ref().map_or_else(|| self.name(), |instance| &instance.name)
    }

    /// The same environment, standing on this machine under another name and on another port.
    #[must_use]
    pub fn as_instance(self, name: &str, https_port: u16) -> Self {
        Self { instance: Some(Instance { name: name.to_owned(), https_port }), ..self }
    }

    /// The kind cluster's name.
    pub fn cluster_name(&self) -> String {
        format!("seasense-{}", self.instance())
    }

    /// The gateway's HTTPS port on 127.0.0.1.
    pub fn https_port(&self) -> u16 {
        self.instance.as_ref().map_or_else(|| *self.ports.https.get_ref(), |instance| instance.https_port)
    }

    /// The data of the cluster's ConfigMap `environment`.
    pub fn to_variables(&self) -> BTreeMap<String, String> {
        self.variables.to_data(self.name(), *self.fleet.buoys.get_ref(), self.https_port())
    }

    /// The age key that opens the environment's secrets, from `envs/<name>.agekey`.
    pub fn age_key(&self, project: &Project) -> Result<Vec<u8>> {
        let file = format!("envs/{}.agekey", self.name());
        std::fs::read(project.root().join(&file)).map_err(|error| {
            Failure::new(Kind::Environment, "cannot read the key of the environment's secrets")
                .at(Location { file: file.into(), position: None })
                .caused_by(&error)
                .hint("a local environment keeps its worthless key there; see `envs/local.agekey`")
        })
    }

    fn check(&self, document: &Document, stem: &str) -> Result<()> {
        if self.name() != stem {
            return Err(document.wrong(&self.name, format!("`name` must equal the file's name, `{stem}`")));
        }
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !self.name().chars().all(legal) || self.name().len() > 20 || self.name().starts_with('-') {
            return Err(document.wrong(
                &self.name,
                "`name` may hold at most 20 lower-case letters, digits and `-`".to_owned(),
            ));
        }
        document.in_range("cluster.nodes", &self.cluster.nodes, 1, 5)?;
        document.in_range("ports.https", &self.ports.https, 1024, 65535)?;
        document.in_range("ports.registry", &self.ports.registry, 1024, 65535)?;
        if self.ports.https.get_ref() == self.ports.registry.get_ref() {
            return Err(document
                .wrong(&self.ports.registry, "`ports.registry` and `ports.https` must differ".to_owned()));
        }
        document.in_range("fleet.buoys", &self.fleet.buoys, 0, 500)?;
        document.in_range("fleet.interval-seconds", &self.fleet.interval_seconds, 1, 3600)?;
        self.variables.check(document)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn an_instance_has_a_name_and_a_port_of_its_own_and_all_else_in_common() {
        let project = Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let local = Environment::load(&project, "local").unwrap();
        assert_eq!((local.instance(), local.cluster_name().as_str()), ("local", "seasense-local"));
        let other = local.clone().as_instance("ci-0badcafe", 40123);
        assert_eq!((other.name(), other.instance()), ("local", "ci-0badcafe"));
        assert_eq!((other.cluster_name().as_str(), other.https_port()), ("seasense-ci-0badcafe", 40123));
        let (mut ours, theirs) = (local.to_variables(), other.to_variables());
        assert_eq!(ours.insert("HTTPS_PORT".to_owned(), "40123".to_owned()).as_deref(), Some("8443"));
        assert_eq!(ours, theirs, "Flux is told nothing else");
    }
}
