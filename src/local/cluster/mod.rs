//! Makes a local cluster exist, and removes it without a trace.
//!
//! Crash-only: every call looks at the world first and converges. A cluster is ours when its node containers carry the
//! mount [`OWNERSHIP_MOUNT`]: kind offers no way to label them, and a mount is seen from outside whether or not the node
//! runs and whether or not the state folder still exists. It is whole when the record in the state folder, written after
//! `kind create` ended well, names exactly the containers that exist. A whole cluster is never removed unasked: it holds data.

pub mod attached;
pub mod canary;
mod claim;
mod create;
mod ensure;
#[cfg(test)]
mod fake;
#[cfg(test)]
mod fixture;
pub mod fleet;
#[cfg(test)]
mod flow_tests;
pub mod gc;
mod heartbeat;
mod inventory;
pub mod lease;
mod lock;
mod mark;
mod names;
mod nodes;
mod observe;
mod owner;
mod pause;
mod ports;
pub mod preflight;
mod quiesce;
pub mod reaper;
mod record;
mod remove;
mod shape;
mod vessel;
mod wake;

use std::path::PathBuf;

use crate::{
    config::{Places, Project},
    docker::Docker,
    event::Events,
    failure::Result,
};

pub use attached::{attach, handle_of, kubeconfig_of};
pub use claim::{claim, resolve};
pub use ensure::{ensure, foreign};
pub use fleet::FleetInput;
pub use heartbeat::Heartbeat;
pub use inventory::{Found, inventory, measure};
pub use lease::Lease;
pub use lock::Lock;
pub use mark::Mark;
pub use observe::{Observed, handle, observe};
pub use owner::Owner;
pub use pause::{Paused, pause};
pub use ports::{Reserved, on_a_free_port};
pub use remove::{Extent, Removed, discard, remove};
pub use wake::{Awake, resume};

/// What to tell a person when the authority's file was written anew.
pub const AUTHORITY_CHANGED: &str = "the environment's authority has a new certificate: `ca.crt` was written anew; what you made trust \
     the former one should trust this one too (`seasense trust status`)";

/// The Docker network of kind: clusters, the registry and the fleet share it.
pub const NETWORK: &str = "kind";

/// The mount that marks a node container as one of ours.
pub const OWNERSHIP_MOUNT: &str = "/etc/seasense";

/// The label kind puts on the containers of a cluster.
const KIND_CLUSTER: &str = "io.x-k8s.kind.cluster";

/// What the engine works with; cheap to clone.
#[derive(Clone)]
pub struct EngineContext {
    /// The checkout.
    pub project: Project,
    /// The folders outside it.
    pub places: Places,
    /// The container daemon.
    pub docker: Docker,
    /// Where work reports to.
    pub events: Events,
}

/// What it takes to look at environments and to remove them: no checkout.
#[derive(Clone)]
pub struct Host {
    /// The folders outside any checkout.
    pub places: Places,
    /// The container daemon.
    pub docker: Docker,
    /// Where work reports to.
    pub events: Events,
}

impl EngineContext {
    /// The part of it that needs no checkout.
    pub fn host(&self) -> Host {
        Host { places: self.places.clone(), docker: self.docker.clone(), events: Events::clone(&self.events) }
    }
}

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
pub fn write_authority(places: &Places, cluster: &str, authority: &[u8]) -> Result<bool> {
    places.make_state(cluster)?;
    let file = authority_file(places, cluster);
    let found = std::fs::read(&file).ok();
    if found.as_deref() == Some(authority) {
        return Ok(false);
    }
    record::write_whole(&file, authority)?;
    Ok(found.is_some())
}

/// Where the certificate of the authority of the cluster called `cluster` is.
pub fn authority_file(places: &Places, cluster: &str) -> PathBuf {
    places.state(cluster).join("ca.crt")
}

/// The kubeconfig of the cluster called `cluster`.
pub fn kubeconfig(places: &Places, cluster: &str) -> PathBuf {
    places.state(cluster).join("kubeconfig")
}
