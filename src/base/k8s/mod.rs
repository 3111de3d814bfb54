//! The only user of the Kubernetes API, and the only place that waits.

mod apply;
mod client;
mod crashes;
mod discovery;
mod events;
pub mod exec;
pub mod flux;
mod forward;
mod handle;
mod health;
mod identity;
mod logs;
pub mod object;
pub mod pods;
mod read;
pub mod resource;
mod secrets;
pub mod tls;
mod tunnel;

#[cfg(test)]
pub(crate) mod fake;

pub use client::Client;
pub use crashes::Patience;
pub use events::{EventNote, latest};
pub use handle::ClusterHandle;
pub use health::{Health, health};
pub use read::Selector;
pub use resource::Resource;
pub use secrets::SecretValue;
pub use tunnel::Forward;
