//! The cluster that an environment runs in: made here, or attached by a kubeconfig.

use serde::Deserialize;
use toml::Spanned;

use super::read::Document;
use crate::base::failure::Result;

/// Who makes an environment's cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineKind {
    /// seasense, on this machine.
    Kind,
    /// Somebody else; it is reached by a kubeconfig that an environment variable names.
    Kubeconfig,
    /// `seasense infra`, at Scaleway; it leaves the kubeconfig in the state folder.
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

    /// Whether the cluster is not made by `seasense dev`, and may not stand on this machine.
    pub const fn is_attached(self) -> bool {
        !matches!(self, Self::Kind)
    }
}

/// The cluster's shape, and how it is reached.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ClusterSpec {
    /// Who makes it.
    pub engine: EngineKind,
    /// Number of nodes, 1 to 5; with more than one, three zones are simulated by labels where it is made here.
    pub nodes: Spanned<u8>,
    /// The environment variable that holds the kubeconfig's path; empty unless the engine is `kubeconfig`.
    pub kubeconfig: Spanned<String>,
}

impl ClusterSpec {
    pub(super) fn check(&self, document: &Document) -> Result<()> {
        document.in_range("cluster.nodes", &self.nodes, 1, 5)?;
        let variable = self.kubeconfig.get_ref();
        let refuse = |message: String| Err(document.wrong(&self.kubeconfig, message));
        match self.engine {
            EngineKind::Kubeconfig if !is_variable(variable) => refuse(format!(
                "`cluster.kubeconfig` must be the name of an environment variable in capitals, not `{variable}`"
            )),
            EngineKind::Kind | EngineKind::Scaleway if !variable.is_empty() => refuse(format!(
                "`cluster.kubeconfig` must be \"\" with engine `{}`, which knows where its kubeconfig is",
                self.engine.name()
            )),
            _ => Ok(()),
        }
    }
}

/// Whether `name` is one that shells can set, in capitals.
fn is_variable(name: &str) -> bool {
    let legal = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_') && name.chars().all(legal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_no_variable() {
        assert!(is_variable("STAGING_KUBECONFIG") && is_variable("_K8S"));
        for wrong in ["", "~/.kube/config", "kubeconfig", "8S", "A B", "A=B"] {
            assert!(!is_variable(wrong), "{wrong}");
        }
    }

    #[test]
    fn only_kind_is_made_by_dev() {
        let attached = [EngineKind::Kind, EngineKind::Kubeconfig, EngineKind::Scaleway]
            .map(|engine| (engine.name(), engine.is_attached()));
        assert_eq!(attached, [("kind", false), ("kubeconfig", true), ("scaleway", true)]);
    }
}
