//! The cluster that an environment runs in: a local kind cluster, or one that is attached by a kubeconfig.

use serde::Deserialize;
use toml::Spanned;

use super::settings_file::SettingsFile;
use crate::base::failure::Result;

/// How an environment's cluster is created and reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineKind {
    /// `seasense dev` creates a kind cluster on this machine.
    Kind,
    /// The cluster exists already and is reached through the kubeconfig that an environment variable names.
    Kubeconfig,
    /// `seasense infra` creates the cluster at Scaleway and writes its kubeconfig to the state directory.
    Scaleway,
}

impl EngineKind {
    /// Its name in the environment file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Kubeconfig => "kubeconfig",
            Self::Scaleway => "scaleway",
        }
    }

    /// Whether the cluster is attached: not created by `seasense dev`, and usually not on this machine.
    pub const fn is_attached(self) -> bool {
        !matches!(self, Self::Kind)
    }
}

/// The shape of the cluster and how it is reached.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ClusterSpec {
    /// How it is created.
    pub engine: EngineKind,
    /// Number of nodes, 1 to 5; a local cluster with more than one node gets three simulated zones by labels.
    pub nodes: Spanned<u8>,
    /// The environment variable with the path of the kubeconfig; empty unless the engine is `kubeconfig`.
    pub kubeconfig: Spanned<String>,
}

impl ClusterSpec {
    pub(super) fn check(&self, document: &SettingsFile) -> Result<()> {
        document.in_range("cluster.nodes", &self.nodes, 1, 5)?;
        let variable = self.kubeconfig.get_ref();
        let refuse = |message: String| Err(document.invalid(&self.kubeconfig, message));
        match self.engine {
            EngineKind::Kubeconfig if !is_variable(variable) => refuse(format!(
                "`cluster.kubeconfig` must be the name of an environment variable in capitals, not `{variable}`"
            )),
            EngineKind::Kind | EngineKind::Scaleway if !variable.is_empty() => refuse(format!(
                "`cluster.kubeconfig` must be \"\" with engine `{}`, which has its own kubeconfig",
                self.engine.name()
            )),
            _ => Ok(()),
        }
    }
}

/// Whether `name` is a valid name of an environment variable, in capitals.
fn is_variable(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_') && name.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_is_not_a_variable_name() {
        assert!(is_variable("STAGING_KUBECONFIG") && is_variable("_K8S"));
        for wrong in ["", "~/.kube/config", "kubeconfig", "8S", "A B", "A=B"] {
            assert!(!is_variable(wrong), "{wrong}");
        }
    }

    #[test]
    fn only_engine_kind_is_local() {
        let attached = [EngineKind::Kind, EngineKind::Kubeconfig, EngineKind::Scaleway]
            .map(|engine| (engine.name(), engine.is_attached()));
        assert_eq!(attached, [("kind", false), ("kubeconfig", true), ("scaleway", true)]);
    }
}
