//! One environment: `envs/<name>.toml`, read and validated.

use std::{collections::BTreeMap, path::PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::{ClusterSpec, EngineKind, Project, Promotion, Variables, read::Document, rehearsal};
use crate::base::failure::{Failure, Kind, Location, Result};

/// The environment whose key stands in the open.
const LOCAL: &str = "local";
/// Names the file with the key of an attached environment.
const KEY_FILE: &str = "SEASENSE_AGE_KEY_FILE";

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
    /// What it asks of a digest that is promoted to it.
    pub promotion: Promotion,
    /// All that may differ between environments inside the cluster.
    pub variables: Variables,
    /// Which one of the many that this file may stand for; without it, the file's own name and port.
    #[serde(skip)]
    instance: Option<Instance>,
    /// Whose secrets it opens; without it, its own.
    #[serde(skip)]
    secrets_of: Option<String>,
}

/// What tells two environments of the same file from each other on one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Instance {
    name: String,
    https_port: u16,
}

/// Ports: of this machine for what is made here, the public one of an attached environment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Ports {
    /// The gateway's HTTPS port; on 127.0.0.1 where the cluster is made here.
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
    /// Reads and checks the environment `name` of the project; `rehearsal-NAME` is one that stands in for `NAME` here.
    ///
    /// Fails with kind `Environment` and the line and column of whatever is wrong.
    pub fn load(project: &Project, name: &str) -> Result<Self> {
        match name.strip_prefix(rehearsal::PREFIX) {
            Some(real) => Ok(Self::read(project, real)?.rehearsal(&Self::read(project, LOCAL)?)),
            None => Self::read(project, name),
        }
    }

    fn read(project: &Project, name: &str) -> Result<Self> {
        let document = Document::open(project, PathBuf::from(format!("envs/{name}.toml")))?;
        let environment: Self = document.parse()?;
        environment.check(project, &document, name)?;
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
        Self { instance: Some(Instance { name: name.to_owned(), https_port }), ..self }.with_own_registry()
    }

    /// The environment whose secrets it opens: its own, unless it is a rehearsal.
    pub fn secrets(&self) -> &str {
        self.secrets_of.as_deref().unwrap_or_else(|| self.name())
    }

    /// The same, with the secrets of the environment `other`, and the key that opens them.
    pub(super) fn opening_secrets_of(self, other: &str) -> Self {
        Self { secrets_of: Some(other.to_owned()), ..self }
    }

    /// The cluster's name.
    pub fn cluster_name(&self) -> String {
        format!("seasense-{}", self.instance())
    }

    /// The gateway's HTTPS port; on 127.0.0.1 where the cluster is made here.
    pub fn https_port(&self) -> u16 {
        self.instance.as_ref().map_or_else(|| *self.ports.https.get_ref(), |instance| instance.https_port)
    }

    /// The data of the cluster's ConfigMap `environment`.
    pub fn to_variables(&self) -> BTreeMap<String, String> {
        self.variables.to_data(self.secrets(), *self.fleet.buoys.get_ref(), self.https_port())
    }

    /// The age key that opens the secrets of an environment that is made here, from `envs/<name>.agekey`.
    pub fn age_key(&self, project: &Project) -> Result<Vec<u8>> {
        let file = format!("envs/{}.agekey", self.secrets());
        std::fs::read(project.root().join(&file)).map_err(|error| {
            Failure::new(Kind::Environment, "cannot read the key of the environment's secrets")
                .at(Location { file: file.into(), position: None })
                .caused_by(&error)
                .hint("a local environment keeps its worthless key there; see `envs/local.agekey`")
        })
    }

    /// The kubeconfig of an attached environment with engine `kubeconfig`: the file that its variable names.
    #[expect(clippy::disallowed_methods, reason = "`config` is the reader of the environment")]
    pub fn named_kubeconfig(&self) -> Result<PathBuf> {
        let variable = self.cluster.kubeconfig.get_ref();
        let named = std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
        named.ok_or_else(|| {
            Failure::new(Kind::Environment, format!("it is not known how to reach `{}`", self.name()))
                .because(format!("the environment variable `{variable}` is not set"))
                .hint(format!("set `{variable}` to the path of its kubeconfig"))
        })
    }

    /// The age key of an attached environment, from the file that `SEASENSE_AGE_KEY_FILE` names; none where it names
    /// none, for a cluster that was given its key before.
    #[expect(clippy::disallowed_methods, reason = "`config` is the reader of the environment")]
    pub fn attached_key(&self, project: &Project) -> Result<Option<Vec<u8>>> {
        let Some(file) = std::env::var_os(KEY_FILE).filter(|value| !value.is_empty()).map(PathBuf::from)
        else {
            return Ok(None);
        };
        let key = std::fs::read(&file).map_err(|error| {
            Failure::new(Kind::Environment, format!("cannot read the key that `{KEY_FILE}` names"))
                .at(Location { file, position: None })
                .caused_by(&error)
                .hint("docs/secrets.md tells how an environment gets its key")
        })?;
        refuse_worthless(project, self.name(), &key)?;
        Ok(Some(key))
    }

    fn check(&self, project: &Project, document: &Document, stem: &str) -> Result<()> {
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
        self.cluster.check(document)?;
        let lowest = if self.cluster.engine == EngineKind::Kind { 1024 } else { 1 };
        document.in_range("ports.https", &self.ports.https, lowest, 65535)?;
        document.in_range("ports.registry", &self.ports.registry, 1024, 65535)?;
        if self.ports.https.get_ref() == self.ports.registry.get_ref() {
            return Err(document
                .wrong(&self.ports.registry, "`ports.registry` and `ports.https` must differ".to_owned()));
        }
        document.in_range("fleet.buoys", &self.fleet.buoys, 0, 500)?;
        document.in_range("fleet.interval-seconds", &self.fleet.interval_seconds, 1, 3600)?;
        self.promotion.check(project, self.name(), document)?;
        self.variables.check(document)
    }
}

/// Refuses the key that stands in the open for what may be reached by others.
fn refuse_worthless(project: &Project, environment: &str, key: &[u8]) -> Result<()> {
    let secret = |text: &[u8]| {
        let text = String::from_utf8_lossy(text);
        text.lines().map(str::trim).find(|line| line.starts_with("AGE-SECRET-KEY-")).map(str::to_owned)
    };
    let open = std::fs::read(project.root().join(format!("envs/{LOCAL}.agekey"))).unwrap_or_default();
    let same = secret(key).is_some_and(|key| secret(&open) == Some(key));
    if !same {
        return Ok(());
    }
    Err(Failure::new(
        Kind::Environment,
        format!("the worthless key of `{LOCAL}` is refused for `{environment}`"),
    )
    .because("it stands in the repository, where everybody reads it")
    .hint("docs/secrets.md tells how an environment gets a key of its own"))
}

#[cfg(test)]
#[path = "env_tests.rs"]
mod tests;
