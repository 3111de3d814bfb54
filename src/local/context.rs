//! What the work on local environments needs.

use crate::{
    base::{docker::Docker, event::Events},
    config::{HostDirs, Project},
};

/// What the engine works with; cheap to clone.
#[derive(Clone)]
pub struct LocalContext {
    /// The checkout.
    pub project: Project,
    /// The folders outside it.
    pub dirs: HostDirs,
    /// The container daemon.
    pub docker: Docker,
    /// Where work reports to.
    pub events: Events,
}

/// What it takes to look at environments and to remove them: no checkout.
#[derive(Clone)]
pub struct Host {
    /// The folders outside any checkout.
    pub dirs: HostDirs,
    /// The container daemon.
    pub docker: Docker,
    /// Where work reports to.
    pub events: Events,
}

impl LocalContext {
    /// The part of it that needs no checkout.
    pub fn host(&self) -> Host {
        Host { dirs: self.dirs.clone(), docker: self.docker.clone(), events: Events::clone(&self.events) }
    }
}
