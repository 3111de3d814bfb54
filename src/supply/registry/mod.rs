//! The local registry: the real distribution registry in a container, kept across clusters, reached from this machine only.

mod beside;
mod client;
mod container;

pub use beside::{beside, port_of};
pub use client::{RegistryClient, is_absent, is_local};
pub use container::{NETWORK, Registry, Wanted, daemon_reference, ensure};
