//! Creates and removes the kind cluster of a local environment.
//!
//! Crash-only: every call observes the current state and converges. A cluster is ours if its node containers
//! carry the mount [`OWNERSHIP_MOUNT`]: kind cannot label them, and a mount is visible whether or not the
//! node runs and the state directory exists. A cluster is complete if the record in the state directory,
//! written after a successful `kind create`, names exactly the existing containers. A complete cluster
//! contains data and is removed only on request.

pub mod attached;
mod authority_file;
pub(in crate::local) mod cluster_record;
pub mod coredns_config;
pub(in crate::local) mod create;
mod ensure;
#[cfg(test)]
mod flow_tests;
mod kind_config;
pub mod kubeconfig;
pub(in crate::local) mod lock;
mod name_claim;
pub(in crate::local) mod nodes;
pub(in crate::local) mod observe;
mod pause;
mod pause_record;
mod quiesce;
mod remove;
mod source;
mod start;

pub use attached::{attach, handle_of};
pub use authority_file::{
    AUTHORITY_CHANGED, AUTHORITY_STALE, authority_file, is_authority_stale, write_authority,
};
pub use ensure::{check_settings, ensure};
pub use lock::Lock;
pub use name_claim::{claim, resolve};
pub use observe::{ClusterState, foreign, handle, observe};
pub use pause::{Paused, pause};
pub use pause_record::PauseRecord;
pub use remove::{RemoveScope, Removed, discard, remove};
pub use source::ClusterSource;
pub use start::{RunningCluster, resume};

/// The Docker network of kind, shared by clusters, the registry and the fleet.
pub const NETWORK: &str = "kind";

/// The mount that marks a node container as ours.
pub const OWNERSHIP_MOUNT: &str = "/etc/seasense";

/// The label of kind on the containers of a cluster.
pub(in crate::local) const KIND_CLUSTER: &str = "io.x-k8s.kind.cluster";
