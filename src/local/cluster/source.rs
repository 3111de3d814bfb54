//! The inputs of kind, and how the supply lock determines them.

use std::path::PathBuf;

use crate::{
    base::failure::Result,
    images::{Lock, Origin},
};

/// The inputs of kind for the creation of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterSource {
    /// The program `kind`.
    pub kind: PathBuf,
    /// The node image; it must be in the daemon.
    pub node_image: String,
    /// Whether the image comes from the build supply, whose control plane pulls its images from our registry.
    pub built: bool,
    /// The address of the registry for nodes and pods, for example `seasense-registry:5000`.
    pub registry: String,
}

impl ClusterSource {
    /// The inputs of kind from the supply `lock`. Fails if the lock has no kind or no node image.
    pub fn new(lock: &Lock, registry: &str) -> Result<Self> {
        Ok(Self {
            kind: lock.tool("kind")?.path.clone(),
            node_image: lock.image("node")?.daemon_reference(),
            built: lock.supply == Origin::Build,
            registry: registry.to_owned(),
        })
    }
}
