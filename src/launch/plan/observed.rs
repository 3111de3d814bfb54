//! The observed state that a plan starts from.

use crate::base::digest::Digest;

/// The observed cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cluster {
    /// No cluster exists.
    Absent,
    /// A part of it is missing: its creation was interrupted.
    Partial(String),
    /// Its nodes exist and are stopped.
    Stopped,
    /// Its nodes run and its API does not respond, for this reason.
    Unreachable(String),
    /// Its API answers.
    Running(Flux),
}

/// Flux in a running cluster, compared with the desired state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flux {
    /// Whether Flux is installed from the manifests of the supply lock.
    pub installed: bool,
    /// The digest that Flux follows.
    pub digest: Option<Digest>,
    /// Whether the variables and the age key in the cluster are those of the environment.
    pub settings: bool,
    /// Whether every phase is ready at that digest.
    pub ready: bool,
}

/// The observed fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fleet {
    /// Its container does not exist.
    Absent,
    /// Its container exists; its settings cannot be compared while the cluster does not respond.
    Unknown,
    /// It is stopped, or it runs with other settings, credentials or another image.
    Stale,
    /// It runs with the desired settings.
    Current,
}

/// The observed state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// The cluster.
    pub cluster: Cluster,
    /// Whether the local registry has the desired artifact with all components.
    pub pushed: bool,
    /// The fleet.
    pub fleet: Fleet,
}

impl Observed {
    /// The state of an environment that does not exist yet.
    pub const NOTHING: Self = Self { cluster: Cluster::Absent, pushed: false, fleet: Fleet::Absent };
}
