//! Deploys the digest of an environment's lock file again, without a promotion: the cluster may be new.

use crate::{
    base::{digest::Digest, failure::Result},
    config::{Environment, Project},
    local::LocalContext,
    promotion::{environment::ClusterTarget, store::EnvLock, target::Target},
};

/// Bootstraps Flux in the cluster of the environment called `name` if it is absent, and deploys the locked digest.
/// Returns the digest; `None` if no digest was promoted to the environment yet. Idempotent.
/// `context` is called only if there is a digest.
pub async fn deploy_locked(
    project: &Project,
    name: &str,
    context: impl AsyncFnOnce() -> Result<LocalContext>,
) -> Result<Option<Digest>> {
    let Some(lock) = EnvLock::read(project.root(), name)? else { return Ok(None) };
    let environment = Environment::load(project, name)?;
    let source = match environment.promotion.from.get_ref().as_str() {
        "" => environment.clone(),
        from => Environment::load(project, from)?,
    };
    let target = ClusterTarget::open(&context().await?, environment, &source, jiff::Timestamp::now()).await?;
    target.deploy(&lock.digest).await?;
    Ok(Some(lock.digest))
}
