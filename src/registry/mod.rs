//! The local registry: the real distribution registry in a container, kept across clusters, reached from this machine only.

mod admin;
mod beside;
mod challenge;
mod client;
mod container;
mod place;
pub mod transfer;

pub use admin::Admin;
pub use beside::{beside, does_not_run, port_of};
pub use client::{RegistryClient, is_absent, is_local};
pub use container::{NETWORK, Registry, Wanted, daemon_reference, ensure};
pub use place::Place;
