//! Environments as promotions meet them: a cluster, whoever made it, a registry, and buoys that watch from outside.
//!
//! Nothing is built here. A digest that another environment has run is copied with all that it names, handed to the
//! cluster's Flux, and watched through the public gateway.

mod artifact;
mod canary;
mod cluster;
mod found;
mod ledger;
mod locked;
mod probes;
mod ready;
mod rehearsal;
mod sides;
pub mod target;

pub use cluster::ClusterTarget;
pub use locked::deploy_locked;
pub use rehearsal::{stand, tear_down};
