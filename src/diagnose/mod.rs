//! The diagnostics bundle: one file with events, logs and states of an environment, without secrets. Read-only.
//!
//! Parts are collected within a time limit; missing ones are listed in the bundle's `manifest.json`. Only the
//! listed fields of each kind of object are packed. Then known secret values, in every common encoding, and
//! texts that look like secrets are redacted.

mod bundle;
mod cluster;
mod collect;
mod collector;
mod envoy;
mod kinds;
mod machine;
pub mod redact;
mod secrets;
mod tree;

use std::{path::PathBuf, time::Duration};

use crate::{
    base::{docker::Docker, event::Events, failure::Failure},
    config::{Environment, HostDirs, Project},
};

pub use collect::collect;

/// The environment of a bundle, and the services to collect from.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The checkout.
    pub project: &'a Project,
    /// The environment.
    pub environment: &'a Environment,
    /// The cache and state folders.
    pub dirs: &'a HostDirs,
    /// The container daemon; without it, its parts are missing from the bundle.
    pub docker: Option<&'a Docker>,
    /// The receiver of progress events.
    pub events: &'a Events,
}

/// The options of a bundle.
#[derive(Debug, Clone)]
pub struct Options<'a> {
    /// The path of the bundle; `None` means a new file in the cache, which keeps the newest 5.
    pub out: Option<PathBuf>,
    /// Whether logs are included.
    pub logs: bool,
    /// The time limit of the collection, without packing.
    pub limit: Duration,
    /// The failure that caused the bundle.
    pub failure: Option<&'a Failure>,
    /// The timestamp of the bundle.
    pub at: jiff::Timestamp,
}
