//! Which cluster is meant: never the one that happens to be current.

use std::path::PathBuf;

/// A cluster, named by a kubeconfig of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterHandle {
    /// Its name, for example `seasense-local`.
    pub name: String,
    /// The kubeconfig that reaches it; readable by its owner only.
    pub kubeconfig: PathBuf,
    /// The context inside that kubeconfig.
    pub context: String,
    /// The identity of the cluster, where it is known: the UID of its `kube-system` namespace.
    ///
    /// A client refuses to act on a cluster of another identity.
    pub uid: Option<String>,
}

impl ClusterHandle {
    /// The handle of a kind cluster whose kubeconfig lies at `kubeconfig`.
    pub fn of_kind(name: &str, kubeconfig: impl Into<PathBuf>) -> Self {
        Self {
            name: name.to_owned(),
            kubeconfig: kubeconfig.into(),
            context: format!("kind-{name}"),
            uid: None,
        }
    }
}
