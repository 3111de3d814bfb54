//! What there is of a cluster, judged from its containers and the record.

use jiff::Timestamp;

use super::{kubeconfig, mark::Mark, nodes, record::Record};
use crate::{
    base::{
        docker::{Container, Docker},
        failure::Result,
        k8s::ClusterHandle,
    },
    config::HostDirs,
};

/// What there is of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observed {
    /// Nothing.
    Absent,
    /// A cluster of that name which seasense did not make.
    Foreign {
        /// One of its containers.
        container: String,
    },
    /// A cluster of ours that was never finished, or that has lost a part.
    Partial {
        /// What is missing.
        reason: String,
    },
    /// A whole cluster of ours that does not run, or of which a node does not.
    Stopped,
    /// A whole cluster of ours of which nothing runs, on purpose.
    Paused {
        /// Since when.
        since: Timestamp,
    },
    /// A whole cluster of ours whose containers run.
    Running,
}

/// Looks at the cluster called `cluster`.
pub async fn observe(docker: &Docker, dirs: &HostDirs, cluster: &str) -> Result<Observed> {
    let nodes = nodes::of(docker, cluster).await?;
    let state = dirs.state(cluster);
    Ok(evaluate(&nodes, Record::read(&state).as_ref(), Mark::read(&state).as_ref()))
}

/// The handle of the cluster called `cluster`, with the identity that was written down; whether it exists is not asked.
pub fn handle(dirs: &HostDirs, cluster: &str) -> ClusterHandle {
    let uid = Record::read(&dirs.state(cluster)).map(|record| record.uid);
    ClusterHandle { uid, ..ClusterHandle::of_kind(cluster, kubeconfig::path(dirs, cluster)) }
}

/// The judgement; pure.
pub(in crate::local) fn evaluate(
    nodes: &[Container],
    record: Option<&Record>,
    mark: Option<&Mark>,
) -> Observed {
    if nodes.is_empty() {
        return Observed::Absent;
    }
    if let Some(foreign) = nodes.iter().find(|node| !nodes::is_ours(node)) {
        return Observed::Foreign { container: foreign.name.clone() };
    }
    let Some(record) = record else {
        return Observed::Partial { reason: "its creation did not come to an end".to_owned() };
    };
    let mut ids: Vec<&str> = nodes.iter().map(|node| node.id.as_str()).collect();
    ids.sort_unstable();
    if ids != record.containers {
        let reason = format!("{} of its {} containers are there", ids.len(), record.containers.len());
        return Observed::Partial { reason };
    }
    match (nodes.iter().filter(|node| node.running).count(), mark) {
        (running, _) if running == nodes.len() => Observed::Running,
        (0, Some(mark)) => Observed::Paused { since: mark.since },
        _ => Observed::Stopped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::cluster::OWNERSHIP_MOUNT;

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

    fn record(ids: &[&str]) -> Record {
        Record {
            containers: ids.iter().map(|id| (*id).to_owned()).collect(),
            image: "node".into(),
            nodes: 1,
            https_port: 8443,
            uid: "u".into(),
        }
    }

    #[test]
    fn every_way_a_cluster_can_be_found() {
        let whole = record(&["a", "b"]);
        let both = |running| [node("b", true, running), node("a", true, true)];
        assert_eq!(evaluate(&[], Some(&whole), None), Observed::Absent);
        assert_eq!(evaluate(&both(true), Some(&whole), None), Observed::Running);
        assert_eq!(evaluate(&both(false), Some(&whole), None), Observed::Stopped);
        assert!(matches!(evaluate(&both(true), None, None), Observed::Partial { .. }));
        assert!(matches!(evaluate(&both(true)[..1], Some(&whole), None), Observed::Partial { .. }));
        let other = evaluate(&[node("c", true, true)], Some(&record(&["a"])), None);
        assert!(matches!(other, Observed::Partial { .. }));
    }

    #[test]
    fn a_pause_is_one_only_while_nothing_runs() {
        let whole = record(&["a", "b"]);
        let since = "2026-11-21T10:00:00Z".parse().unwrap();
        let mark = Mark { since, digest: None };
        let seen = |a, b| evaluate(&[node("a", true, a), node("b", true, b)], Some(&whole), Some(&mark));
        assert_eq!(seen(false, false), Observed::Paused { since });
        assert_eq!(seen(true, false), Observed::Stopped);
        assert_eq!(seen(true, true), Observed::Running);
    }

    #[test]
    fn a_cluster_without_our_mark_is_foreign_whatever_the_record_says() {
        let found =
            evaluate(&[node("a", true, true), node("b", false, true)], Some(&record(&["a", "b"])), None);
        assert_eq!(found, Observed::Foreign { container: "node-b".into() });
    }
}
