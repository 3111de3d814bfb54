//! Every environment of this machine, found by what is left of it: state folders, labels, and the mounts of containers,
//! which lead to the state folder wherever it is. No checkout is needed.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::Host;
use crate::local::{
    buoys::buoy_container,
    cluster::{
        ClusterState, KIND_CLUSTER, OWNERSHIP_MOUNT, PauseRecord, cluster_record::ClusterRecord, lock::Lock,
        nodes, observe::evaluate,
    },
    leases::{Lease, Owner},
};
use crate::{
    base::{
        docker::{Container, labels},
        failure::Result,
    },
    config::HostDirs,
};

/// Every cluster of ours is called so.
const PREFIX: &str = "seasense-";

/// An environment, or what is left of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundEnvironment {
    /// What tells it from all others on this machine.
    pub instance: String,
    /// Its cluster's name.
    pub cluster: String,
    /// Its state folder, whether or not it exists.
    pub state: PathBuf,
    /// Whether that exists.
    pub has_state: bool,
    /// Who it belongs to, where that was written down.
    pub owner: Option<Owner>,
    /// What it lives by, where that was written down.
    pub lease: Option<Lease>,
    /// Whether its checkout is still there; unknown where its owner is.
    pub has_checkout: Option<bool>,
    /// Whether a run works on it at this moment.
    pub locked: bool,
    /// What there is of its cluster.
    pub cluster_state: ClusterState,
    /// Its containers, by name.
    pub containers: Vec<Container>,
    /// Its volumes, by name.
    pub volumes: Vec<String>,
}

impl FoundEnvironment {
    /// Whether its reaper runs.
    pub fn has_running_reaper(&self) -> bool {
        let is_reaper = |container: &Container| {
            container.labels.get(labels::ROLE).is_some_and(|role| role == labels::REAPER) && container.running
        };
        self.containers.iter().any(is_reaper)
    }
}

/// Looks for all of them, by name.
pub async fn inventory(host: &Host) -> Result<Vec<FoundEnvironment>> {
    let mut parts: BTreeMap<(String, PathBuf), (Vec<Container>, Vec<String>)> = BTreeMap::new();
    let known = host.dirs.clusters();
    for cluster in known.into_iter().filter(|name| name.starts_with(PREFIX)) {
        let state = host.dirs.state(&cluster);
        parts.entry((cluster, state)).or_default();
    }
    for container in host.docker.list_containers(&[]).await? {
        let Some(cluster) = cluster_of(&container) else { continue };
        let state = state_of(&container).unwrap_or_else(|| host.dirs.state(&cluster));
        parts.entry((cluster, state)).or_default().0.push(container);
    }
    let ours = format!("{}={}", labels::OWNER, labels::SEASENSE);
    for volume in host.docker.list_volumes(&[ours]).await? {
        let Some(instance) = volume.labels.get(labels::ENVIRONMENT) else { continue };
        let cluster = format!("{PREFIX}{instance}");
        let state = host.dirs.state(&cluster);
        parts.entry((cluster, state)).or_default().1.push(volume.name);
    }
    let found = parts.into_iter().map(|((cluster, state), parts)| look(host, cluster, state, parts));
    Ok(found.collect())
}

/// Bytes that an environment takes: what its containers wrote, the nodes' own volumes where they run, and its files.
pub async fn measure(host: &Host, found: &FoundEnvironment, written: &BTreeMap<String, u64>) -> Option<u64> {
    let mut bytes: u64 = found.containers.iter().filter_map(|container| written.get(&container.name)).sum();
    for node in found.containers.iter().filter(|node| node.running && is_node(node)) {
        let du = host.docker.exec(&node.name, &["du", "-sxB1", "/var"], None).await.ok()?;
        bytes += du.stdout.split_whitespace().next()?.parse::<u64>().ok()?;
    }
    Some(bytes + size_of(&found.state))
}

fn look(
    host: &Host,
    cluster: String,
    state: PathBuf,
    (containers, volumes): (Vec<Container>, Vec<String>),
) -> FoundEnvironment {
    let (owner, lease) = (Owner::read_in(&state), Lease::read(&state));
    let cache = lease.as_ref().map_or(host.dirs.cache(), |lease| lease.cache.as_path());
    let lock = Lock::file(&HostDirs::new(cache, ""), &cluster);
    let nodes: Vec<Container> = containers.iter().filter(|container| is_node(container)).cloned().collect();
    FoundEnvironment {
        instance: cluster.strip_prefix(PREFIX).unwrap_or(&cluster).to_owned(),
        has_state: state.is_dir(),
        has_checkout: owner.as_ref().map(Owner::checkout_exists),
        locked: Lock::is_held(&lock),
        cluster_state: evaluate(
            &nodes,
            ClusterRecord::read(&state).as_ref(),
            PauseRecord::read(&state).as_ref(),
        ),
        cluster,
        state,
        owner,
        lease,
        containers,
        volumes,
    }
}

/// The cluster that a container belongs to, where it is one of ours.
fn cluster_of(container: &Container) -> Option<String> {
    if is_node(container) {
        return container.labels.get(KIND_CLUSTER).cloned();
    }
    let instance =
        container.labels.get(labels::ENVIRONMENT).filter(|_| labels::is_ours(&container.labels))?;
    Some(format!("{PREFIX}{instance}"))
}

fn is_node(container: &Container) -> bool {
    container.labels.contains_key(KIND_CLUSTER) && nodes::is_ours(container)
}

/// The state folder that a container's label or mounts lead to.
fn state_of(container: &Container) -> Option<PathBuf> {
    let by_label = container.labels.get(labels::STATE).map(PathBuf::from);
    let by_mark = || Path::new(container.mounts.get(OWNERSHIP_MOUNT)?).parent().map(Path::to_owned);
    let by_fleet = || {
        Path::new(container.mounts.get(buoy_container::LEDGER_MOUNT)?).ancestors().nth(2).map(Path::to_owned)
    };
    by_label.or_else(by_mark).or_else(by_fleet)
}

/// The bytes of the files under `path`.
fn size_of(path: &Path) -> u64 {
    let Ok(found) = std::fs::symlink_metadata(path) else { return 0 };
    if !found.is_dir() {
        return found.len();
    }
    std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| size_of(&entry.path())).sum()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A running container with these labels and mounts.
    pub fn container(name: &str, labels: &[(&str, &str)], mounts: &[(&str, &str)]) -> Container {
        let map =
            |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        Container {
            id: format!("id-{name}"),
            name: name.to_owned(),
            image: String::new(),
            image_id: String::new(),
            running: true,
            status: String::new(),
            labels: map(labels),
            addresses: BTreeMap::new(),
            ports: Vec::new(),
            mounts: map(mounts),
        }
    }

    #[test]
    fn containers_lead_to_their_environment_and_its_state_wherever_it_is() {
        let node =
            container("n", &[(KIND_CLUSTER, "seasense-a")], &[(OWNERSHIP_MOUNT, "/s/seasense-a/mark")]);
        assert_eq!(cluster_of(&node).as_deref(), Some("seasense-a"));
        assert_eq!(state_of(&node), Some("/s/seasense-a".into()));
        let ours = [(labels::OWNER, labels::SEASENSE), (labels::ENVIRONMENT, "a")];
        let sailing = container("f", &ours, &[("/var/lib/seasense", "/s/seasense-a/fleet/ledger")]);
        assert_eq!(cluster_of(&sailing).as_deref(), Some("seasense-a"));
        assert_eq!(state_of(&sailing), Some("/s/seasense-a".into()));
    }

    #[test]
    fn what_other_tools_made_is_not_seen() {
        assert_eq!(
            cluster_of(&container("k", &[(KIND_CLUSTER, "seasense-a")], &[])),
            None,
            "no mark of ours"
        );
        assert_eq!(
            cluster_of(&container("x", &[(labels::ENVIRONMENT, "a")], &[])),
            None,
            "not our owner label"
        );
        let registry = container("r", &[(labels::OWNER, labels::SEASENSE)], &[]);
        assert_eq!(cluster_of(&registry), None, "shared by all");
    }

    #[test]
    fn files_are_measured() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("seasense-a/deep")).unwrap();
        std::fs::write(folder.path().join("seasense-a/deep/file"), "12345").unwrap();
        assert_eq!(size_of(folder.path()), 5);
        assert_eq!(size_of(&folder.path().join("never")), 0);
    }
}
