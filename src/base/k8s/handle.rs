//! Identifies a cluster explicitly: the current context is never used.

use std::path::PathBuf;

use kube::config::Kubeconfig;

use crate::base::failure::{Context, Failure, Kind, Result};

/// A cluster with its own kubeconfig.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterHandle {
    /// Its name, for example `seasense-local`.
    pub name: String,
    /// The kubeconfig that reaches it; readable by its owner only.
    pub kubeconfig: PathBuf,
    /// The context inside that kubeconfig.
    pub context: String,
    /// The identity of the cluster, if it is known: the UID of its `kube-system` namespace.
    ///
    /// A client rejects writes to a cluster with another identity.
    pub uid: Option<String>,
    /// The file with the identity of an attached cluster; `None` for a local cluster.
    pub pin: Option<PathBuf>,
}

impl ClusterHandle {
    /// The handle of a kind cluster with the kubeconfig `kubeconfig`.
    pub fn of_kind(name: &str, kubeconfig: impl Into<PathBuf>) -> Self {
        Self {
            name: name.to_owned(),
            kubeconfig: kubeconfig.into(),
            context: format!("kind-{name}"),
            uid: None,
            pin: None,
        }
    }

    /// The handle of an attached cluster. Its kubeconfig was configured for this cluster only, so the current
    /// context of that file is used.
    pub fn attached(name: &str, kubeconfig: PathBuf, pin: PathBuf) -> Result<Self> {
        let what = || format!("read the kubeconfig `{}`", kubeconfig.display());
        let read = Kubeconfig::read_from(&kubeconfig).with_context(Kind::Cluster, what)?;
        let context = read.current_context.filter(|context| !context.is_empty()).ok_or_else(|| {
            Failure::new(Kind::Cluster, what())
                .because("it has no `current-context`")
                .hint("set `current-context` in that file")
        })?;
        Ok(Self { name: name.to_owned(), kubeconfig, context, uid: None, pin: Some(pin) })
    }
}
