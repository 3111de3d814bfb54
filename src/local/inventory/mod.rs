//! The inventory of environments on this machine, from state directories, labels, and the mounts of
//! containers, which point to the state directory. Needs no project and changes nothing.

mod listing;

pub use listing::{Entry, Listing, list};

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::Host;
use crate::{
    base::{
        docker::{Container, labels},
        failure::Result,
    },
    config::HostDirs,
    local::{
        buoys::buoy_container,
        cluster::{
            ClusterState, KIND_CLUSTER, OWNERSHIP_MOUNT, PauseRecord,
            cluster_record::{self, ClusterRecord},
            lock::Lock,
            nodes,
            observe::evaluate,
        },
        leases::{Lease, Owner},
    },
};

/// The prefix of our clusters' names.
const PREFIX: &str = "seasense-";

/// An environment of this machine, complete or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundEnvironment {
    /// Its unique name on this machine.
    pub instance: String,
    /// The name of its cluster.
    pub cluster: String,
    /// The path of its state directory, which may not exist.
    pub state: PathBuf,
    /// Whether the state directory exists.
    pub has_state: bool,
    /// Its owner record, if there is one.
    pub owner: Option<Owner>,
    /// Its lease, if there is one.
    pub lease: Option<Lease>,
    /// Whether its checkout exists; unknown without an owner record.
    pub has_checkout: Option<bool>,
    /// Whether a run holds its lock.
    pub locked: bool,
    /// The state of its cluster.
    pub cluster_state: ClusterState,
    /// Its containers, sorted by name.
    pub containers: Vec<Container>,
    /// Its volumes, sorted by name.
    pub volumes: Vec<String>,
}

impl FoundEnvironment {
    /// Whether its cluster was complete once.
    pub fn had_cluster(&self) -> bool {
        cluster_record::file(&self.state).is_file()
    }

    /// Whether its reaper is running.
    pub fn has_running_reaper(&self) -> bool {
        let is_reaper = |container: &Container| {
            container.labels.get(labels::ROLE).is_some_and(|role| role == labels::REAPER) && container.running
        };
        self.containers.iter().any(is_reaper)
    }
}

/// Finds all environments, sorted by name.
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
        // A volume has no path: it belongs to the containers of its environment.
        let known = parts.keys().find(|(name, _)| *name == cluster).map(|(_, state)| state.clone());
        let state = known.unwrap_or_else(|| host.dirs.state(&cluster));
        parts.entry((cluster, state)).or_default().1.push(volume.name);
    }
    let found = parts.into_iter().map(|((cluster, state), parts)| inspect(host, cluster, state, parts));
    Ok(found.collect())
}

/// The disk usage of an environment in bytes: written container layers, volumes of running nodes, and its
/// files.
pub async fn measure(host: &Host, found: &FoundEnvironment, written: &BTreeMap<String, u64>) -> Option<u64> {
    let mut bytes: u64 = found.containers.iter().filter_map(|container| written.get(&container.name)).sum();
    for node in found.containers.iter().filter(|node| node.running && is_node(node)) {
        let du = host.docker.exec(&node.name, &["du", "-sxB1", "/var"], None).await.ok()?;
        bytes += du.stdout.split_whitespace().next()?.parse::<u64>().ok()?;
    }
    Some(bytes + size_of(&found.state))
}

fn inspect(
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

/// The cluster of a container, if the container is ours.
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

/// The state directory that a container's label or mounts point to.
fn state_of(container: &Container) -> Option<PathBuf> {
    let by_label = container.labels.get(labels::STATE).map(PathBuf::from);
    let by_mark = || Path::new(container.mounts.get(OWNERSHIP_MOUNT)?).parent().map(Path::to_owned);
    let by_fleet = || {
        Path::new(container.mounts.get(buoy_container::ACK_LOG_MOUNT)?).ancestors().nth(2).map(Path::to_owned)
    };
    by_label.or_else(by_mark).or_else(by_fleet)
}

/// The size of the files below `path` in bytes.
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
    fn containers_identify_their_environment_and_state_directory() {
        let node =
            container("n", &[(KIND_CLUSTER, "seasense-a")], &[(OWNERSHIP_MOUNT, "/s/seasense-a/mark")]);
        assert_eq!(cluster_of(&node).as_deref(), Some("seasense-a"));
        assert_eq!(state_of(&node), Some("/s/seasense-a".into()));
        let ours = [(labels::OWNER, labels::SEASENSE), (labels::ENVIRONMENT, "a")];
        let fleet = container("f", &ours, &[("/var/lib/seasense", "/s/seasense-a/fleet/ack-log")]);
        assert_eq!(cluster_of(&fleet).as_deref(), Some("seasense-a"));
        assert_eq!(state_of(&fleet), Some("/s/seasense-a".into()));
    }

    #[test]
    fn containers_of_other_tools_are_ignored() {
        assert_eq!(
            cluster_of(&container("k", &[(KIND_CLUSTER, "seasense-a")], &[])),
            None,
            "no ownership mount"
        );
        assert_eq!(cluster_of(&container("x", &[(labels::ENVIRONMENT, "a")], &[])), None, "no owner label");
        let registry = container("r", &[(labels::OWNER, labels::SEASENSE)], &[]);
        assert_eq!(cluster_of(&registry), None, "shared by all environments");
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
