//! After the infrastructure stands: Flux is brought in where it is absent, and told the environment's digest.
//!
//! The same call ten times gives the same result: it is what a promotion does, without moving the digest.

use crate::{
    base::{event::Event, failure::Result},
    cli::Context,
    cloud::InfraContext,
    config::Environment,
    promotion::{Target, environment::ClusterTarget, store::EnvLock},
};

/// Hands the cluster over to Flux, where a digest was promoted to the environment.
pub(super) async fn run(context: &Context<'_>, infra: &InfraContext) -> Result<()> {
    let (name, project) = (&infra.wanted.environment, &infra.project);
    let Some(lock) = EnvLock::read(project.root(), name)? else {
        let text =
            format!("no digest was promoted to `{name}` yet: `seasense promote {name}` brings the first one");
        context.ui.events().emit(Event::Notice { text });
        return Ok(());
    };
    let environment = Environment::load(project, name)?;
    let source = match environment.promotion.from.get_ref().as_str() {
        "" => environment.clone(),
        from => Environment::load(project, from)?,
    };
    let engine = context.engine(project).await?;
    let target = ClusterTarget::open(&engine, environment, &source, jiff::Timestamp::now()).await?;
    target.deploy(&lock.digest).await
}
