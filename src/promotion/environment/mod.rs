//! Implements the driver's interfaces for a real environment: a cluster, a registry and probes.
//!
//! [`ObservedCluster`] only reads. [`ClusterTarget`] copies artifacts, deploys them and starts probes.

mod acknowledged;
mod artifact_copy;
mod deploy_lock_file;
mod http_probe;
mod observed;
mod primary;
mod probe_buoys;
mod ready_since;
mod recipients;
mod registries;
mod state;
mod target;

pub use deploy_lock_file::deploy_locked;
pub use observed::ObservedCluster;
pub use target::ClusterTarget;
