//! The local registry: the real distribution registry in a container, kept across clusters, reached from this machine only.

mod client;
mod container;

pub use client::{RegistryClient, is_absent, is_local};
pub use container::{NETWORK, Registry, Wanted, daemon_reference, ensure};
