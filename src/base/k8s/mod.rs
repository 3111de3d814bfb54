//! The only user of the Kubernetes API.

mod apply;
mod client;
mod crash_loop;
mod discovery;
mod events;
pub mod exec;
pub mod flux;
mod handle;
mod health;
mod identity;
mod last_words;
mod logs;
pub mod object;
mod outlook;
mod owned_pods;
mod pod_http;
pub mod pods;
mod port_forward;
mod read;
pub mod resource;
mod secrets;
pub mod tls;

#[cfg(test)]
pub(crate) mod fake;

pub use client::Client;
pub use crash_loop::CrashTolerance;
pub use events::{EventNote, latest};
pub use handle::ClusterHandle;
pub use health::{Health, has_health, health, replica_failure};
pub use last_words::last_words;
pub use outlook::Outlook;
pub use owned_pods::owned_pods;
pub use port_forward::PortForward;
pub use read::Selector;
pub use resource::Resource;
pub use secrets::SecretValue;
