//! Makes a local cluster exist, and removes it without a trace.
//!
//! Crash-only: every call looks at the world first and converges. A cluster is ours when its node containers carry the
//! mount [`OWNERSHIP_MOUNT`]: kind offers no way to label them, and a mount is seen from outside whether or not the node
//! runs and whether or not the state folder still exists. It is whole when the record in the state folder, written after
//! `kind create` ended well, names exactly the containers that exist. A whole cluster is never removed unasked: it holds data.

pub mod attached;
mod claim;
mod create;
mod ensure;
#[cfg(test)]
mod flow_tests;
pub mod kubeconfig;
pub(in crate::local) mod lock;
mod mark;
pub mod names;
pub(in crate::local) mod nodes;
pub(in crate::local) mod observe;
mod pause;
mod quiesce;
pub(in crate::local) mod record;
mod remove;
mod shape;
mod wake;

use std::path::PathBuf;

use crate::{
    base::{atomic_file::replace_private, failure::Result},
    config::HostDirs,
};

pub use attached::{attach, handle_of};
pub use claim::{claim, resolve};
pub use ensure::{check_settings, ensure, foreign};
pub use lock::Lock;
pub use mark::Mark;
pub use observe::{Observed, handle, observe};
pub use pause::{Paused, pause};
pub use remove::{RemoveScope, Removed, discard, remove};
pub use wake::{Awake, resume};

/// What to tell a person when the authority's file was written anew.
pub const AUTHORITY_CHANGED: &str = "the environment's authority has a new certificate: `ca.crt` was written anew; what you made trust \
     the former one should trust this one too (`seasense trust status`)";

/// The Docker network of kind: clusters, the registry and the fleet share it.
pub const NETWORK: &str = "kind";

/// The mount that marks a node container as one of ours.
pub const OWNERSHIP_MOUNT: &str = "/etc/seasense";

/// The label kind puts on the containers of a cluster.
pub(in crate::local) const KIND_CLUSTER: &str = "io.x-k8s.kind.cluster";

/// What kind needs to make a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterSource {
    /// The program `kind`.
    pub kind: PathBuf,
    /// The node image; the daemon has it.
    pub node_image: String,
    /// Whether that image was made by the build supply, whose control plane has its images in our registry.
    pub built: bool,
    /// The registry as nodes and pods name it, for example `seasense-registry:5000`.
    pub registry: String,
}

/// Writes the certificate of the authority that signed the gateway's certificate, PEM, where people and programs find it.
/// Gives whether another one stood there.
pub fn write_authority(dirs: &HostDirs, cluster: &str, authority: &[u8]) -> Result<bool> {
    dirs.make_state(cluster)?;
    let file = authority_file(dirs, cluster);
    let found = std::fs::read(&file).ok();
    if found.as_deref() == Some(authority) {
        return Ok(false);
    }
    replace_private(&file, authority)?;
    Ok(found.is_some())
}

/// Where the certificate of the authority of the cluster called `cluster` is.
pub fn authority_file(dirs: &HostDirs, cluster: &str) -> PathBuf {
    dirs.state(cluster).join("ca.crt")
}
