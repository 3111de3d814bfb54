//! The inputs of kind, and how the supply lock determines them.

use std::path::PathBuf;

use crate::{base::failure::Result, images::Lock};

/// The inputs of kind for the creation of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterSource {
    /// The program `kind`.
    pub kind: PathBuf,
    /// The node image; it must be in the daemon.
    pub node_image: String,
    /// Whether the image was built here: the control plane of a built one pulls its images from our registry.
    pub built: bool,
    /// The address of the registry for nodes and pods, for example `seasense-registry:5000`.
    pub registry: String,
}

impl ClusterSource {
    /// The inputs of kind from the supply `lock`. Fails if the lock has no kind or no node image.
    pub fn new(lock: &Lock, registry: &str) -> Result<Self> {
        let node = lock.image("node")?;
        Ok(Self {
            kind: lock.tool("kind")?.path.clone(),
            node_image: node.daemon_reference(),
            built: !node.is_official(),
            registry: registry.to_owned(),
        })
    }
}
