//! Compares the phases of the current digest with those of the digest to promote.

use crate::{
    base::{digest::Digest, failure::Result},
    compare::{self, CompareContext, SideName, Takeover, build_both},
    config::Environment,
    promotion::store::EnvLock,
};

/// Returns the removed phases whose objects another phase takes over, in one line each. The inner `Err` is the
/// reason why the phases cannot be compared.
pub async fn compare(
    context: &CompareContext,
    target: &Environment,
    (lock, digest): (Option<&EnvLock>, &Digest),
) -> Result<Vec<String>, String> {
    let Some(current) = lock.map(|lock| &lock.digest).filter(|current| *current != digest) else {
        return Ok(Vec::new());
    };
    takeovers(context, target, (current, digest)).await.map_err(|failure| failure.message)
}

async fn takeovers(
    context: &CompareContext,
    target: &Environment,
    (current, digest): (&Digest, &Digest),
) -> Result<Vec<String>> {
    let name = target.rehearsed().unwrap_or_else(|| target.name().clone());
    let read = async |digest: &Digest| compare::read(context, &SideName::Digest(digest.clone()), &name).await;
    let (before, after) = (read(current).await?, read(digest).await?);
    let (before, after) = build_both(&context.flux, &before.platform, &after.platform).await?;
    Ok(Takeover::between(&before, &after).iter().map(ToString::to_string).collect())
}
