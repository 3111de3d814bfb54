//! One environment: reads and validates `envs/<name>.toml`.

use std::{collections::BTreeMap, path::PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::{ClusterSpec, EngineKind, EnvName, Project, Promotion, Variables, settings_file::SettingsFile};
use crate::base::failure::{Failure, Kind, Location, Result};

/// The environment whose age key is committed to the repository, so that its secrets are public.
const LOCAL: &str = "local";
/// The environment variable that names the file with the age key of an attached environment.
const KEY_FILE: &str = "SEASENSE_AGE_KEY_FILE";

/// A validated environment file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Environment {
    /// Its name; equals the file's stem.
    pub name: Spanned<EnvName>,
    /// The cluster it runs in.
    pub cluster: ClusterSpec,
    /// Its ports.
    pub ports: Ports,
    /// The simulated buoys that run with it.
    pub fleet: FleetSpec,
    /// The conditions for a digest that is promoted to it.
    pub promotion: Promotion,
    /// Everything that may differ between environments inside the cluster.
    pub variables: Variables,
    /// The instance that this file is used for; `None` uses the file's own name and port.
    #[serde(skip)]
    instance: Option<Instance>,
    /// The environment whose secrets it uses; `None` for its own.
    #[serde(skip)]
    secrets_of: Option<EnvName>,
}

/// Distinguishes two environments of the same file on one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Instance {
    name: String,
    https_port: u16,
}

/// The ports: on this machine for a local environment, the public port for an attached one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Ports {
    /// The gateway's HTTPS port; on 127.0.0.1 if the cluster is local.
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
    /// Seed of all tracks and values.
    pub seed: u64,
}

impl Environment {
    /// Reads and validates the environment `name` of the project; `rehearsal-NAME` is the rehearsal of `NAME`.
    ///
    /// Fails with kind `Environment` and the line and column of the invalid value.
    pub fn load(project: &Project, name: &EnvName) -> Result<Self> {
        match name.rehearsed() {
            Some(real) => Ok(Self::read(project, &real)?.rehearsal(&Self::read(project, LOCAL)?)),
            None => Self::read(project, name),
        }
    }

    /// Parses the name `text`, as a user wrote it, and reads that environment.
    pub fn named(project: &Project, text: &str) -> Result<Self> {
        Self::load(project, &Self::parse_name(project, text)?)
    }

    /// Parses the name `text`, as a user wrote it. An invalid name fails like the name of an unknown
    /// environment.
    pub fn parse_name(project: &Project, text: &str) -> Result<EnvName> {
        text.parse().or_else(|message: &str| {
            let file = PathBuf::from(format!("envs/{text}.toml"));
            SettingsFile::open(project, file.clone())?;
            Err(Failure::new(Kind::Environment, message).at(Location { file, position: None }))
        })
    }

    fn read(project: &Project, name: &str) -> Result<Self> {
        let document = SettingsFile::open(project, PathBuf::from(format!("envs/{name}.toml")))?;
        let environment: Self = document.parse()?;
        environment.check(project, &document, name)?;
        Ok(environment)
    }

    /// The environment's name.
    pub fn name(&self) -> &EnvName {
        self.name.get_ref()
    }

    /// The name that is unique on this machine: labels, state directory and cluster use it. An instance of a
    /// rehearsal may have a longer name than an environment.
    pub fn instance(&self) -> &str {
        self.instance.as_ref().map_or_else(|| self.name().as_str(), |instance| &instance.name)
    }

    /// The same environment under another name and port on this machine.
    #[must_use]
    pub fn as_instance(self, name: &str, https_port: u16) -> Self {
        Self { instance: Some(Instance { name: name.to_owned(), https_port }), ..self }.with_own_registry()
    }

    /// The environment whose secrets it uses: itself, unless it is a rehearsal.
    pub fn secrets(&self) -> &EnvName {
        self.secrets_of.as_ref().unwrap_or_else(|| self.name())
    }

    /// The same environment with the secrets, and so the age key, of the environment `other`.
    pub(super) fn with_secrets_of(self, other: &EnvName) -> Self {
        Self { secrets_of: Some(other.clone()), ..self }
    }

    /// The cluster's name.
    pub fn cluster_name(&self) -> String {
        format!("seasense-{}", self.instance())
    }

    /// The gateway's HTTPS port; on 127.0.0.1 if the cluster is local.
    pub fn https_port(&self) -> u16 {
        self.instance.as_ref().map_or_else(|| *self.ports.https.get_ref(), |instance| instance.https_port)
    }

    /// The data of the ConfigMap `environment` in the cluster.
    pub fn to_variables(&self) -> BTreeMap<String, String> {
        self.variables.to_data(self.secrets(), *self.fleet.buoys.get_ref(), self.https_port())
    }

    /// Reads the age key of a local environment, from `envs/<name>.agekey`.
    pub fn age_key(&self, project: &Project) -> Result<Vec<u8>> {
        let file = format!("envs/{}.agekey", self.secrets());
        std::fs::read(project.root().join(&file)).map_err(|error| {
            Failure::new(Kind::Environment, "cannot read the age key of the environment")
                .at(Location { file: file.into(), position: None })
                .caused_by(&error)
                .hint("a local environment has a public test key there; see `envs/local.agekey`")
        })
    }

    /// Returns the kubeconfig of an attached environment with engine `kubeconfig`, from its environment
    /// variable.
    #[expect(clippy::disallowed_methods, reason = "`config` is the reader of the environment")]
    pub fn named_kubeconfig(&self) -> Result<PathBuf> {
        let variable = self.cluster.kubeconfig.get_ref();
        let named = std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
        named.ok_or_else(|| {
            Failure::new(Kind::Environment, format!("no kubeconfig is configured for `{}`", self.name()))
                .because(format!("the environment variable `{variable}` is not set"))
                .hint(format!("set `{variable}` to the path of its kubeconfig"))
        })
    }

    /// Reads the age key of an attached environment from the file that `SEASENSE_AGE_KEY_FILE` names; `None` if
    /// the variable is not set, for a cluster that has its key already.
    #[expect(clippy::disallowed_methods, reason = "`config` is the reader of the environment")]
    pub fn attached_key(&self, project: &Project) -> Result<Option<Vec<u8>>> {
        let Some(file) = std::env::var_os(KEY_FILE).filter(|value| !value.is_empty()).map(PathBuf::from)
        else {
            return Ok(None);
        };
        let key = std::fs::read(&file).map_err(|error| {
            Failure::new(
                Kind::Environment,
                format!("cannot read the age key file that `{KEY_FILE}` refers to"),
            )
            .at(Location { file, position: None })
            .caused_by(&error)
            .hint("see docs/secrets.md for how to create the key of an environment")
        })?;
        reject_public_key(project, self.name(), &key)?;
        Ok(Some(key))
    }

    fn check(&self, project: &Project, document: &SettingsFile, stem: &str) -> Result<()> {
        if self.name() != stem {
            return Err(document.invalid(&self.name, format!("`name` must equal the file's name, `{stem}`")));
        }

        self.cluster.check(document)?;
        let lowest = if self.cluster.engine == EngineKind::Kind { 1024 } else { 1 };
        document.in_range("ports.https", &self.ports.https, lowest, 65535)?;
        document.in_range("ports.registry", &self.ports.registry, 1024, 65535)?;
        if self.ports.https.get_ref() == self.ports.registry.get_ref() {
            return Err(document
                .invalid(&self.ports.registry, "`ports.registry` and `ports.https` must differ".to_owned()));
        }
        document.in_range("fleet.buoys", &self.fleet.buoys, 0, 500)?;
        document.in_range("fleet.interval-seconds", &self.fleet.interval_seconds, 1, 3600)?;
        self.promotion.check(project, self.name(), document)?;
        self.variables.check(document)
    }
}

/// Rejects the committed key of `local` for an environment that others can reach.
fn reject_public_key(project: &Project, environment: &str, key: &[u8]) -> Result<()> {
    let secret = |text: &[u8]| {
        let text = String::from_utf8_lossy(text);
        text.lines().map(str::trim).find(|line| line.starts_with("AGE-SECRET-KEY-")).map(str::to_owned)
    };
    let public = std::fs::read(project.root().join(format!("envs/{LOCAL}.agekey"))).unwrap_or_default();
    let same = secret(key).is_some_and(|key| secret(&public) == Some(key));
    if !same {
        return Ok(());
    }
    Err(Failure::new(
        Kind::Environment,
        format!("the public test key of `{LOCAL}` cannot be used for `{environment}`"),
    )
    .because("the key is committed to the repository")
    .hint("see docs/secrets.md for how to create a key"))
}

#[cfg(test)]
#[path = "environment_tests.rs"]
mod tests;
