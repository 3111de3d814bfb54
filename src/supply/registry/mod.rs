//! The local registry: the real distribution registry in a container, kept across clusters, reached from this machine only.

mod client;
mod container;

pub use client::RegistryClient;
pub use container::{CONTAINER, NETWORK, PULL_VOLUME, Registry, VOLUME, daemon_reference, ensure};
