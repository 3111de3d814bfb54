//! Brings environments of this machine up and keeps them up to date.

pub mod awake;
pub mod controller_leases;
pub mod plan;
pub mod watch;
