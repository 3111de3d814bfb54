//! Registries: the only user of the OCI client and of the distribution API, and the local registry's container.

mod admin;
mod blob;
mod challenge;
mod client;
mod container;
mod environment_registry;
#[cfg(test)]
pub(crate) mod fake;
pub mod media_type;
mod path;
mod ping;
mod read_error;
mod reference;
pub mod transfer;
mod upstream;

pub use admin::Admin;
pub(crate) use blob::fetch_blob;
pub use client::RegistryClient;
pub use container::{DAEMON_PREFIX, NETWORK, Registry, RegistrySpec, daemon_reference, ensure};
pub use environment_registry::{ensure_for_environment, not_running, port_of};
pub use path::RegistryPath;
pub(crate) use ping::ping;
pub use read_error::ReadError;
pub use reference::{ImageRef, Version};
pub use upstream::Upstream;

pub use crate::base::digest::Digest;
