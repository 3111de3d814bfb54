//! Which cluster is meant: never the one that happens to be current.

use std::path::PathBuf;

use kube::config::Kubeconfig;

use crate::base::failure::{Context, Failure, Kind, Result};

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
    /// Where the identity of a cluster that was not made on this machine is written down; none for one that was.
    pub pin: Option<PathBuf>,
}

impl ClusterHandle {
    /// The handle of a kind cluster whose kubeconfig lies at `kubeconfig`.
    pub fn of_kind(name: &str, kubeconfig: impl Into<PathBuf>) -> Self {
        Self {
            name: name.to_owned(),
            kubeconfig: kubeconfig.into(),
            context: format!("kind-{name}"),
            uid: None,
            pin: None,
        }
    }

    /// The handle of a cluster that was made elsewhere. Its kubeconfig was named for it alone, so that the context which
    /// is current in that file is meant.
    pub fn attached(name: &str, kubeconfig: PathBuf, pin: PathBuf) -> Result<Self> {
        let what = || format!("read the kubeconfig `{}`", kubeconfig.display());
        let read = Kubeconfig::read_from(&kubeconfig).with_context(Kind::Cluster, what)?;
        let context = read.current_context.filter(|context| !context.is_empty()).ok_or_else(|| {
            Failure::new(Kind::Cluster, what())
                .because("it says no `current-context`")
                .hint("name the context that is meant in that file")
        })?;
        Ok(Self { name: name.to_owned(), kubeconfig, context, uid: None, pin: Some(pin) })
    }
}
