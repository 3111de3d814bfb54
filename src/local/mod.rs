//! Local environments: their clusters, simulated buoys, leases, snapshots and trust on this machine.

pub mod buoys;
pub mod cluster;
mod context;
pub mod doctor;
mod evidence;
#[cfg(test)]
mod fake;
#[cfg(test)]
mod fixture;
pub mod free_port;
pub mod gc;
pub mod inventory;
pub mod leases;
mod place;
pub mod snapshots;
pub mod trust;

pub use context::{Host, LocalContext};
