//! The context of a command: project, environment and container daemon, each created only if the command
//! needs it.

use super::{Global, interrupt::Ending};
use crate::{
    base::{
        docker::Docker,
        failure::{Context as _, Kind, Result},
    },
    config::{Environment, HostDirs, Project},
    launch::guards,
    local::{Host, LocalContext, cluster},
    ui::Ui,
};

/// The context of a command.
pub struct Context<'a> {
    /// The terminal.
    pub ui: &'a Ui,
    /// Whether a signal is the regular end of the command.
    pub ending: Ending,
    global: Global,
}

impl<'a> Context<'a> {
    pub(super) fn new(ui: &'a Ui, ending: Ending, global: Global) -> Self {
        Self { ui, ending, global }
    }

    /// The project that the command works on.
    pub fn project(&self) -> Result<Project> {
        if let Some(folder) = &self.global.project {
            return Project::find(folder);
        }
        let here = std::env::current_dir().context(Kind::Tool, "read the current directory")?;
        Project::find(&here)
    }

    /// The environment that the command works on.
    pub fn environment(&self, project: &Project) -> Result<Environment> {
        let environment = Environment::named(project, &self.global.environment)?;
        Ok(cluster::resolve(&HostDirs::from_environment()?, project, environment))
    }

    /// The environment that the command works on; fails if it is not local.
    pub fn environment_here(&self, project: &Project) -> Result<Environment> {
        let environment = self.environment(project)?;
        guards::require_local(&environment).map(|()| environment)
    }

    /// The environment as its file describes it, without an instance name and port on this machine.
    pub fn template(&self, project: &Project) -> Result<Environment> {
        Environment::named(project, &self.global.environment)
    }

    /// The context to inspect and remove environments without a checkout.
    pub async fn host(&self) -> Result<Host> {
        Ok(Host {
            dirs: HostDirs::from_environment()?,
            docker: self.docker().await?,
            events: std::sync::Arc::clone(self.ui.events()),
        })
    }

    /// The environment with an instance name and port that are reserved for this checkout.
    pub async fn claimed(&self, project: &Project) -> Result<Environment> {
        let environment = Environment::named(project, &self.global.environment)?;
        let (dirs, now) = (HostDirs::from_environment()?, jiff::Timestamp::now());
        cluster::claim(&dirs, project, environment, now, self.ui.events()).await
    }

    /// The context to work on local environments.
    pub async fn local(&self, project: &Project) -> Result<LocalContext> {
        Ok(LocalContext {
            project: project.clone(),
            dirs: HostDirs::from_environment()?,
            docker: self.docker().await?,
            events: std::sync::Arc::clone(self.ui.events()),
        })
    }

    /// The container daemon.
    pub async fn docker(&self) -> Result<Docker> {
        Docker::connect().await
    }
}
