//! Determines the state of a cluster from its containers and its records.

use jiff::Timestamp;

use super::{OWNERSHIP_MOUNT, cluster_record::ClusterRecord, kubeconfig, nodes, pause_record::PauseRecord};
use crate::{
    base::{
        docker::{Container, Docker},
        failure::{Failure, Kind, Result},
        k8s::ClusterHandle,
    },
    config::HostDirs,
};

/// The state of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClusterState {
    /// No container exists.
    Absent,
    /// A cluster of that name that seasense did not create.
    Foreign {
        /// One of its containers.
        container: String,
    },
    /// A cluster of ours whose creation did not finish, or that lost a container.
    Partial {
        /// The missing part.
        reason: String,
    },
    /// A complete cluster of ours with at least one stopped node.
    Stopped,
    /// A complete cluster of ours whose nodes are all stopped by `seasense pause`.
    Paused {
        /// The time of the pause.
        since: Timestamp,
    },
    /// A complete cluster of ours whose nodes all run.
    Running,
}

/// Observes the cluster called `cluster`.
pub async fn observe(docker: &Docker, dirs: &HostDirs, cluster: &str) -> Result<ClusterState> {
    let nodes = nodes::of(docker, cluster).await?;
    let state = dirs.state(cluster);
    Ok(evaluate(&nodes, ClusterRecord::read(&state).as_ref(), PauseRecord::read(&state).as_ref()))
}

/// The failure of a cluster called `name` that seasense did not create; `container` is one of its nodes.
pub fn foreign(name: &str, container: &str) -> Failure {
    Failure::new(Kind::Cluster, format!("the cluster `{name}` exists, but seasense did not create it"))
        .because(format!("the container `{container}` does not have the mount `{OWNERSHIP_MOUNT}`"))
        .hint(format!("remove it (`kind delete cluster --name {name}`), or rename the environment"))
}

/// The handle of the cluster called `cluster` with its recorded identity; the cluster may not exist.
pub fn handle(dirs: &HostDirs, cluster: &str) -> ClusterHandle {
    let uid = ClusterRecord::read(&dirs.state(cluster)).map(|record| record.uid);
    ClusterHandle { uid, ..ClusterHandle::of_kind(cluster, kubeconfig::path(dirs, cluster)) }
}

/// Evaluates the state of a cluster; pure.
pub(in crate::local) fn evaluate(
    nodes: &[Container],
    record: Option<&ClusterRecord>,
    pause: Option<&PauseRecord>,
) -> ClusterState {
    if nodes.is_empty() {
        return ClusterState::Absent;
    }
    if let Some(foreign) = nodes.iter().find(|node| !nodes::is_ours(node)) {
        return ClusterState::Foreign { container: foreign.name.clone() };
    }
    let Some(record) = record else {
        return ClusterState::Partial { reason: "its creation did not finish".to_owned() };
    };
    let mut ids: Vec<&str> = nodes.iter().map(|node| node.id.as_str()).collect();
    ids.sort_unstable();
    if ids != record.containers {
        let reason = format!("{} of its {} containers exist", ids.len(), record.containers.len());
        return ClusterState::Partial { reason };
    }
    match (nodes.iter().filter(|node| node.running).count(), pause) {
        (running, _) if running == nodes.len() => ClusterState::Running,
        (0, Some(pause)) => ClusterState::Paused { since: pause.since },
        _ => ClusterState::Stopped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: &str, ours: bool, running: bool) -> Container {
        let mounts = ours.then(|| (OWNERSHIP_MOUNT.to_owned(), "/state/mark".to_owned()));
        Container {
            id: id.to_owned(),
            name: format!("node-{id}"),
            image: String::new(),
            image_id: String::new(),
            running,
            status: String::new(),
            labels: crate::base::docker::labels::Labels::new(),
            addresses: std::collections::BTreeMap::new(),
            ports: Vec::new(),
            mounts: mounts.into_iter().collect(),
        }
    }

    fn record(ids: &[&str]) -> ClusterRecord {
        ClusterRecord {
            containers: ids.iter().map(|id| (*id).to_owned()).collect(),
            image: "node".into(),
            nodes: 1,
            https_port: 8443,
            uid: "u".into(),
        }
    }

    #[test]
    fn every_cluster_state_is_recognised() {
        let complete = record(&["a", "b"]);
        let both = |running| [node("b", true, running), node("a", true, true)];
        assert_eq!(evaluate(&[], Some(&complete), None), ClusterState::Absent);
        assert_eq!(evaluate(&both(true), Some(&complete), None), ClusterState::Running);
        assert_eq!(evaluate(&both(false), Some(&complete), None), ClusterState::Stopped);
        assert!(matches!(evaluate(&both(true), None, None), ClusterState::Partial { .. }));
        assert!(matches!(evaluate(&both(true)[..1], Some(&complete), None), ClusterState::Partial { .. }));
        let other = evaluate(&[node("c", true, true)], Some(&record(&["a"])), None);
        assert!(matches!(other, ClusterState::Partial { .. }));
    }

    #[test]
    fn pause_record_counts_only_while_nothing_runs() {
        let complete = record(&["a", "b"]);
        let since = "2026-11-21T10:00:00Z".parse().unwrap();
        let pause = PauseRecord { since, digest: None };
        let state = |a, b| evaluate(&[node("a", true, a), node("b", true, b)], Some(&complete), Some(&pause));
        assert_eq!(state(false, false), ClusterState::Paused { since });
        assert_eq!(state(true, false), ClusterState::Stopped);
        assert_eq!(state(true, true), ClusterState::Running);
    }

    #[test]
    fn cluster_without_our_mount_is_foreign() {
        let found =
            evaluate(&[node("a", true, true), node("b", false, true)], Some(&record(&["a", "b"])), None);
        assert_eq!(found, ClusterState::Foreign { container: "node-b".into() });
    }
}
