//! The list of all environments of this machine, for `seasense ls`.

use std::{collections::BTreeMap, path::PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use super::{FoundEnvironment, inventory, measure};
use crate::{
    base::failure::Result,
    config::EnvName,
    local::{Host, cluster::ClusterState, leases::Owner},
};

/// The version of the JSON form.
const VERSION: u8 = 2;

/// All environments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listing {
    version: u8,
    /// The environments, by name.
    pub environments: Vec<Entry>,
}

/// One environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its name, unique on this machine.
    pub name: String,
    /// The environment file it was created from; `None` if the owner is unknown.
    pub environment: Option<EnvName>,
    /// The name of the kind cluster.
    pub cluster: String,
    /// The state of the cluster.
    pub state: &'static str,
    /// Whether a run holds its lock.
    pub busy: bool,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// Seconds since then.
    pub age_s: Option<i64>,
    /// When its lease expires; `None` without a time limit.
    pub expires: Option<Timestamp>,
    /// The process that owns it; `None` if it outlives the command that created it.
    pub process: Option<u32>,
    /// The port of the gateway on 127.0.0.1.
    pub https_port: Option<u16>,
    /// The checkout it was created from.
    pub checkout: Option<PathBuf>,
    /// Whether that checkout still exists.
    pub checkout_exists: Option<bool>,
    /// Its state directory, whether or not it exists.
    pub state_directory: PathBuf,
    /// The number of its containers.
    pub containers: usize,
    /// The number of its named volumes.
    pub volumes: usize,
    /// The disk space it uses; `None` if it was not measured.
    pub size_bytes: Option<u64>,
}

/// Lists all environments of this machine; `with_size` measures their disk space.
pub async fn list(host: &Host, now: Timestamp, with_size: bool) -> Result<Listing> {
    let written = if with_size { host.docker.writable_sizes().await? } else { BTreeMap::new() };
    let mut environments = Vec::new();
    for found in inventory(host).await? {
        let size = if with_size { measure(host, &found, &written).await } else { None };
        environments.push(Entry::new(found, now, size));
    }
    Ok(Listing { version: VERSION, environments })
}

impl Entry {
    /// Describes `found` at the time `now`.
    pub fn new(found: FoundEnvironment, now: Timestamp, size_bytes: Option<u64>) -> Self {
        let owner = found.owner.as_ref();
        Self {
            environment: owner.map(|owner| owner.environment.clone()),
            state: state(&found.cluster_state),
            busy: found.locked,
            created: owner.map(|owner| owner.created),
            age_s: owner.map(|owner| now.duration_since(owner.created).as_secs()),
            expires: owner.and_then(Owner::deadline),
            process: found.lease.as_ref().and_then(|lease| lease.process),
            https_port: owner.map(|owner| owner.https_port),
            checkout: owner.map(|owner| owner.project.clone()),
            checkout_exists: found.has_checkout,
            containers: found.containers.len(),
            volumes: found.volumes.len(),
            name: found.instance,
            cluster: found.cluster,
            state_directory: found.state,
            size_bytes,
        }
    }
}

const fn state(observed: &ClusterState) -> &'static str {
    match observed {
        ClusterState::Absent => "absent",
        ClusterState::Foreign { .. } => "foreign",
        ClusterState::Partial { .. } => "partial",
        ClusterState::Stopped => "stopped",
        ClusterState::Paused { .. } => "paused",
        ClusterState::Running => "running",
    }
}
