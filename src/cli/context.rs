//! What every command needs, made when it is first needed: cheap commands never pay for expensive parts.

use super::{Global, interrupt::Ending};
use crate::{
    base::{
        docker::Docker,
        failure::{Context as _, Failure, Kind, Result},
    },
    config::{Environment, HostDirs, Project},
    local::{Host, LocalContext, cluster},
    ui::Ui,
};

/// The edge of a command.
pub struct Context<'a> {
    /// The terminal.
    pub ui: &'a Ui,
    /// Whether Ctrl-C is how the work ends.
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
        let here = std::env::current_dir().context(Kind::Tool, "read the current folder")?;
        Project::find(&here)
    }

    /// The environment that the command works on.
    pub fn environment(&self, project: &Project) -> Result<Environment> {
        let environment = Environment::load(project, &self.global.environment)?;
        Ok(cluster::resolve(&HostDirs::from_environment()?, project, environment))
    }

    /// Refuses an environment whose cluster is not made on this machine, for a verb that makes, stops or removes one.
    pub fn made_here(environment: &Environment) -> Result<()> {
        let (name, engine) = (environment.name(), environment.cluster.engine);
        if !engine.is_attached() {
            return Ok(());
        }
        Err(Failure::new(Kind::Usage, format!("`{name}` is no environment of this machine"))
            .because(format!(
                "its cluster is attached (engine `{}`): this verb is for engine `kind`",
                engine.name()
            ))
            .hint(format!(
                "`seasense promote {name}` brings a digest to it, `seasense status --env {name}` looks at it"
            )))
    }

    /// Refuses a rehearsal, for a verb that does more with it than to look and to remove.
    pub fn no_rehearsal(environment: &Environment) -> Result<()> {
        let Some(real) = environment.rehearsed() else { return Ok(()) };
        let name = environment.name();
        Err(Failure::new(
            Kind::Usage,
            format!("`{name}` is a rehearsal: it is looked at and removed, no more"),
        )
        .because("it runs the digest that another environment has run, and nothing newer")
        .hint(format!(
            "`seasense promote {real} --rehearse` brings one to it, `seasense down --env {name}` removes it"
        )))
    }

    /// The environment that the command works on, which must be one that is made on this machine.
    pub fn environment_here(&self, project: &Project) -> Result<Environment> {
        let environment = self.environment(project)?;
        Self::made_here(&environment).map(|()| environment)
    }

    /// What its file says, without a name on this machine.
    pub fn template(&self, project: &Project) -> Result<Environment> {
        Environment::load(project, &self.global.environment)
    }

    /// What it takes to look at environments and to remove them: no checkout.
    pub async fn host(&self) -> Result<Host> {
        Ok(Host {
            dirs: HostDirs::from_environment()?,
            docker: self.docker().await?,
            events: std::sync::Arc::clone(self.ui.events()),
        })
    }

    /// The same, with its name and its port taken for this checkout: what a verb asks for that makes things.
    pub async fn claimed(&self, project: &Project) -> Result<Environment> {
        let environment = Environment::load(project, &self.global.environment)?;
        let (dirs, now) = (HostDirs::from_environment()?, jiff::Timestamp::now());
        cluster::claim(&dirs, project, environment, now, self.ui.events()).await
    }

    /// What the engine works with.
    pub async fn engine(&self, project: &Project) -> Result<LocalContext> {
        Ok(LocalContext {
            project: project.clone(),
            dirs: HostDirs::from_environment()?,
            docker: self.docker().await?,
            events: std::sync::Arc::clone(self.ui.events()),
        })
    }

    /// The Docker daemon.
    pub async fn docker(&self) -> Result<Docker> {
        Docker::connect().await
    }
}
