//! The node containers of a cluster.

use std::{collections::BTreeSet, path::Path, time::Duration};

use futures_util::future::try_join_all;

use super::{KIND_CLUSTER, OWNERSHIP_MOUNT};
use crate::base::{
    docker::{Container, Docker},
    failure::Result,
    wait::{Deadline, Observation, PAUSE, wait},
};

/// A privileged node with a database in it takes a few seconds to die.
const REMOVE_LIMIT: Duration = Duration::from_mins(2);

/// The node containers of `cluster`, running or not, by name.
pub async fn of(docker: &Docker, cluster: &str) -> Result<Vec<Container>> {
    docker.list_containers(&[format!("{KIND_CLUSTER}={cluster}")]).await
}

/// Whether seasense made this node.
pub fn is_ours(node: &Container) -> bool {
    node.mounts.contains_key(OWNERSHIP_MOUNT)
}

/// Where a node keeps the volumes of its pods; it is made with the first of them.
pub const VOLUMES: &str = "/var/local-path-provisioner";

/// The state folder that a node of ours was made from.
pub fn state(node: &Container) -> Option<&Path> {
    Path::new(node.mounts.get(OWNERSHIP_MOUNT)?).parent()
}

/// The name of the control plane's container.
pub fn control_plane(cluster: &str) -> String {
    format!("{cluster}-control-plane")
}

/// The names that kind gives the `count` nodes of `cluster`, the control plane first.
pub fn names(cluster: &str, count: u8) -> Vec<String> {
    let worker = |number| match number {
        1 => format!("{cluster}-worker"),
        _ => format!("{cluster}-worker{number}"),
    };
    std::iter::once(control_plane(cluster)).chain((1..count).map(worker)).collect()
}

/// Removes the node containers of `cluster` with their anonymous volumes, which is all `kind delete` does; gives their
/// names.
///
/// A run that was killed leaves its kind behind, which may be about to make one more container: it counts as removed only
/// when no container is there and nobody is left who makes one.
pub async fn remove(docker: &Docker, cluster: &str) -> Result<BTreeSet<String>> {
    let gone = std::sync::Mutex::new(BTreeSet::new());
    wait(Deadline::after(REMOVE_LIMIT), PAUSE, &format!("remove the nodes of `{cluster}`"), || async {
        let nodes = of(docker, cluster).await?;
        if nodes.is_empty() && !is_being_made(cluster) {
            return Ok(Observation::Ready(()));
        }
        try_join_all(nodes.iter().map(|node| docker.remove_container(&node.name))).await?;
        if let Ok(mut gone) = gone.lock() {
            gone.extend(nodes.into_iter().map(|node| node.name));
        }
        Ok(Observation::Pending("a run that was killed still makes nodes".to_owned()))
    })
    .await?;
    Ok(gone.into_inner().unwrap_or_default())
}

/// Whether a process of this machine works on the nodes of `cluster`: kind itself, or a command it started.
fn is_being_made(cluster: &str) -> bool {
    let Ok(processes) = std::fs::read_dir("/proc") else { return false };
    processes
        .flatten()
        .filter_map(|process| std::fs::read(process.path().join("cmdline")).ok())
        .any(|command| makes_nodes(&command, cluster))
}

/// Judges a command line as `/proc` tells it, its arguments ended by zeros.
fn makes_nodes(command: &[u8], cluster: &str) -> bool {
    let arguments: Vec<&[u8]> = command.split(|byte| *byte == 0).collect();
    let label = format!("{KIND_CLUSTER}={cluster}");
    let has = |wanted: &[u8]| arguments.contains(&wanted);
    let makes = has(b"run") || has(b"create");
    makes && (has(label.as_bytes()) || (has(b"cluster") && has(cluster.as_bytes())))
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
    fn knows_kind_and_its_children_by_their_command_lines() {
        let line = |words: &str| words.replace(' ', "\0").into_bytes();
        let makes = |words: &str| makes_nodes(&line(words), "seasense-local");
        assert!(makes("/cache/kind create cluster --kubeconfig /s/kubeconfig --name seasense-local"));
        assert!(makes("docker run --label io.x-k8s.kind.cluster=seasense-local node"));
        assert!(!makes("docker run --label io.x-k8s.kind.cluster=seasense-local-2 node"));
        assert!(!makes("kind create cluster --name other"));
        assert!(!makes("docker inspect --label io.x-k8s.kind.cluster=seasense-local node"));
    }
}
