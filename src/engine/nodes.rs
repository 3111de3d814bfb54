//! The node containers of a cluster.

use super::{KIND_CLUSTER, OWNERSHIP_MOUNT};
use crate::{
    docker::{Container, Docker},
    failure::Result,
};

/// The node containers of `cluster`, running or not, by name.
pub async fn of(docker: &Docker, cluster: &str) -> Result<Vec<Container>> {
    docker.list_containers(&[format!("{KIND_CLUSTER}={cluster}")]).await
}

/// Whether seasense made this node.
pub fn is_ours(node: &Container) -> bool {
    node.mounts.contains_key(OWNERSHIP_MOUNT)
}

/// The name of the control plane's container.
pub fn control_plane(cluster: &str) -> String {
    format!("{cluster}-control-plane")
}
