//! The context of operations on local environments.

use crate::{
    base::{docker::Docker, event::Events},
    config::{HostDirs, Project},
};

/// The project, the directories, the daemon and the event sink; cheap to clone.
#[derive(Clone)]
pub struct LocalContext {
    /// The project.
    pub project: Project,
    /// The directories outside the project.
    pub dirs: HostDirs,
    /// The container daemon.
    pub docker: Docker,
    /// The event sink.
    pub events: Events,
}

/// The context of operations that need no project, such as listing and removing environments.
#[derive(Clone)]
pub struct Host {
    /// The directories outside any project.
    pub dirs: HostDirs,
    /// The container daemon.
    pub docker: Docker,
    /// The event sink.
    pub events: Events,
}

impl LocalContext {
    /// The part of the context without the project.
    pub fn host(&self) -> Host {
        Host { dirs: self.dirs.clone(), docker: self.docker.clone(), events: Events::clone(&self.events) }
    }
}
