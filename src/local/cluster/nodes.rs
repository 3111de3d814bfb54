//! The node containers of a cluster.

use std::{collections::BTreeSet, path::Path, time::Duration};

use futures_util::future::try_join_all;

use super::{KIND_CLUSTER, OWNERSHIP_MOUNT};
use crate::base::{
    docker::{Container, Docker},
    failure::Result,
    wait::{Deadline, Observation, PAUSE, wait},
};

/// A privileged node with a database takes a few seconds to stop.
const REMOVE_LIMIT: Duration = Duration::from_mins(2);

/// The node containers of `cluster`, running or not, by name.
pub async fn of(docker: &Docker, cluster: &str) -> Result<Vec<Container>> {
    docker.list_containers(&[format!("{KIND_CLUSTER}={cluster}")]).await
}

/// Whether seasense created this node.
pub fn is_ours(node: &Container) -> bool {
    node.mounts.contains_key(OWNERSHIP_MOUNT)
}

/// The directory of the pods' volumes in a node; created with the first volume.
pub const VOLUMES: &str = "/var/local-path-provisioner";

/// The state directory that one of our nodes was created from.
pub fn state(node: &Container) -> Option<&Path> {
    Path::new(node.mounts.get(OWNERSHIP_MOUNT)?).parent()
}

/// The name of the control plane's container.
pub fn control_plane(cluster: &str) -> String {
    format!("{cluster}-control-plane")
}

/// The names of the `count` nodes of `cluster` as kind chooses them, the control plane first.
pub fn names(cluster: &str, count: u8) -> Vec<String> {
    let worker = |number| match number {
        1 => format!("{cluster}-worker"),
        _ => format!("{cluster}-worker{number}"),
    };
    std::iter::once(control_plane(cluster)).chain((1..count).map(worker)).collect()
}

/// Removes the node containers of `cluster` with their anonymous volumes, like `kind delete`; returns their
/// names.
///
/// A killed run may leave a kind process that creates one more container, so this waits until no container
/// and no such process exists.
pub async fn remove(docker: &Docker, cluster: &str) -> Result<BTreeSet<String>> {
    let removed = std::sync::Mutex::new(BTreeSet::new());
    wait(Deadline::after(REMOVE_LIMIT), PAUSE, &format!("remove the nodes of `{cluster}`"), || async {
        let nodes = of(docker, cluster).await?;
        if nodes.is_empty() && !is_being_created(cluster) {
            return Ok(Observation::Ready(()));
        }
        try_join_all(nodes.iter().map(|node| docker.remove_container(&node.name))).await?;
        if let Ok(mut removed) = removed.lock() {
            removed.extend(nodes.into_iter().map(|node| node.name));
        }
        Ok(Observation::Pending("a killed run still creates nodes".to_owned()))
    })
    .await?;
    Ok(removed.into_inner().unwrap_or_default())
}

/// Whether a process of this machine is creating nodes of `cluster`: kind, or a command that it started.
fn is_being_created(cluster: &str) -> bool {
    let Ok(processes) = std::fs::read_dir("/proc") else { return false };
    processes
        .flatten()
        .filter_map(|process| std::fs::read(process.path().join("cmdline")).ok())
        .any(|command| creates_nodes(&command, cluster))
}

/// Whether a command line creates nodes of `cluster`; its arguments end with zero bytes, as in `/proc`.
fn creates_nodes(command: &[u8], cluster: &str) -> bool {
    let arguments: Vec<&[u8]> = command.split(|byte| *byte == 0).collect();
    let label = format!("{KIND_CLUSTER}={cluster}");
    let has = |wanted: &[u8]| arguments.contains(&wanted);
    let creates = has(b"run") || has(b"create");
    creates && (has(label.as_bytes()) || (has(b"cluster") && has(cluster.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_named_as_kind_names_them() {
        assert_eq!(names("c", 1), ["c-control-plane"]);
        assert_eq!(names("c", 4), ["c-control-plane", "c-worker", "c-worker2", "c-worker3"]);
    }

    #[test]
    fn kind_and_its_children_are_recognised_by_command_line() {
        let line = |words: &str| words.replace(' ', "\0").into_bytes();
        let creates = |words: &str| creates_nodes(&line(words), "seasense-local");
        assert!(creates("/cache/kind create cluster --kubeconfig /s/kubeconfig --name seasense-local"));
        assert!(creates("docker run --label io.x-k8s.kind.cluster=seasense-local node"));
        assert!(!creates("docker run --label io.x-k8s.kind.cluster=seasense-local-2 node"));
        assert!(!creates("kind create cluster --name other"));
        assert!(!creates("docker inspect --label io.x-k8s.kind.cluster=seasense-local node"));
    }
}
