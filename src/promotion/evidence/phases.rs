//! Compares the phases of the current digest with those of the digest to promote.

use crate::{
    base::{digest::Digest, failure::Result},
    compare::{self, CompareContext, FluxBuild, SideName, Takeover, build_both},
    config::Environment,
    images,
    local::LocalContext,
    promotion::store::EnvLock,
};

/// Returns the removed phases whose objects another phase takes over, in one line each. The inner `Err` is the
/// reason why the phases cannot be compared.
pub async fn compare(
    local: &LocalContext,
    (source, target): (&Environment, &Environment),
    (lock, digest): (Option<&EnvLock>, &Digest),
) -> Result<Vec<String>, String> {
    let Some(current) = lock.map(|lock| &lock.digest).filter(|current| *current != digest) else {
        return Ok(Vec::new());
    };
    takeovers(local, (source, target), (current, digest)).await.map_err(|failure| failure.message)
}

async fn takeovers(
    local: &LocalContext,
    (source, target): (&Environment, &Environment),
    (current, digest): (&Digest, &Digest),
) -> Result<Vec<String>> {
    let context = CompareContext {
        project: local.project.clone(),
        dirs: local.dirs.clone(),
        supply: images::Mode::Auto,
        registry: format!("127.0.0.1:{}", source.ports.registry.get_ref()),
    };
    let name = target.rehearsed().unwrap_or_else(|| target.name().clone());
    let read =
        async |digest: &Digest| compare::read(&context, &SideName::Digest(digest.clone()), &name).await;
    let (before, after) = (read(current).await?, read(digest).await?);
    let flux = FluxBuild::prepare(&context.project, &context.dirs, &local.events).await?;
    let (before, after) = build_both(&flux, &before.platform, &after.platform).await?;
    Ok(Takeover::between(&before, &after).iter().map(ToString::to_string).collect())
}
