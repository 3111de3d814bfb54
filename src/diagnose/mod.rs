//! One bundle with everything that tells why an environment is as it is, and with no secret in it. Reads only.
//!
//! Every part is collected as far as it goes, within a limit: what could not be had is listed in the bundle's
//! `manifest.json`. Objects enter by the fields that are named for their kind; then every text is cleaned of the values
//! that are known to be secret, in whatever form they are written, and of what looks like a secret.

mod basket;
mod bundle;
mod cluster;
mod collect;
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

/// What a bundle is made of, and with.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The checkout.
    pub project: &'a Project,
    /// The environment.
    pub environment: &'a Environment,
    /// Where its state and the cache lie.
    pub dirs: &'a HostDirs,
    /// The container daemon; without one, what it would tell is missing from the bundle.
    pub docker: Option<&'a Docker>,
    /// Where the work reports to.
    pub events: &'a Events,
}

/// How a bundle is made.
#[derive(Debug, Clone)]
pub struct Options<'a> {
    /// The file; without one, a new file in the cache, of which the newest 5 are kept.
    pub out: Option<PathBuf>,
    /// Whether logs are packed.
    pub logs: bool,
    /// How long the collecting may take in all; packing comes on top.
    pub limit: Duration,
    /// The failure that led to it.
    pub failure: Option<&'a Failure>,
    /// The time of the bundle.
    pub at: jiff::Timestamp,
}
