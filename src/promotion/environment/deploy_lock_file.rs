//! Deploys the digest of an environment's lock file again, without a promotion: the cluster may be new.

use crate::{
    base::{digest::Digest, failure::Result},
    config::{EnvName, Environment, Project},
    local::LocalContext,
    promotion::{environment::ClusterTarget, store::EnvLock, target::Target},
};

/// Deploys the locked digest of the environment called `name`, and bootstraps Flux in its cluster if it is
/// absent. Returns the digest; `None` if no digest was promoted to the environment yet. Idempotent.
///
/// Calls `context` only if there is a digest.
pub async fn deploy_locked(
    project: &Project,
    name: &EnvName,
    context: impl AsyncFnOnce() -> Result<LocalContext>,
) -> Result<Option<Digest>> {
    let Some(lock) = EnvLock::read(project.root(), name)? else { return Ok(None) };
    let environment = Environment::load(project, name)?;
    let source = match environment.promotion.source() {
        None => environment.clone(),
        Some(from) => Environment::load(project, from)?,
    };
    let target = ClusterTarget::open(&context().await?, environment, &source, jiff::Timestamp::now()).await?;
    target.deploy(&lock.digest).await?;
    Ok(Some(lock.digest))
}
