//! Publishes an artifact: the images that it needs, its parts and itself, by digest, from one registry to another, under a version.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;

use super::whole::{REPOSITORY, Wanted, Whole, copy};
use crate::{
    base::{
        event::{Events, Step},
        failure::{Failure, Kind, Result},
    },
    registry::transfer::Transfer,
};

/// Copies the artifact `digest` with all that it names, and the images `extra`, and lets `version` stand for it; gives the
/// images, by repository, with their digests.
///
/// What is there already is not sent again; the artifact goes last, so that it is never there without what it names. A
/// version that stands for another artifact is refused with kind `Promotion`: a version is given once.
pub async fn publish(
    transfer: &Transfer<'_>,
    digest: &str,
    extra: &BTreeSet<Wanted>,
    version: &Version,
    events: &Events,
) -> Result<BTreeMap<String, String>> {
    let (target, tag) = (transfer.target, version.to_string());
    let taken = target.tagged(REPOSITORY, &tag).await?;
    if let Some(other) = taken.filter(|other| other != digest) {
        return Err(Failure::new(Kind::Promotion, format!("version {tag} is already another artifact"))
            .because(format!("{}/{REPOSITORY}:{tag} is {other}, not {digest}", target.name()))
            .hint("a version is given once: commit and tag what is new"));
    }
    let step = Step::start(events, "artifact.publish", format!("Publish {tag} to {}", target.name()));
    let whole = Whole::read(transfer.source, digest, &transfer.folder).await?;
    refuse_loose(&whole)?;
    let wanted = whole.wanted(extra);
    let total = wanted.len() as u64;
    copy(transfer, wanted, |done, name| step.progress(done, Some(total), name)).await?;
    let images: BTreeMap<String, String> = whole.images().into_iter().chain(extra.iter().cloned()).collect();
    for (repository, digest) in &images {
        target.tag(repository, digest, &tag).await?;
    }
    target.tag(REPOSITORY, digest, &tag).await?;
    step.done(digest);
    Ok(images)
}

fn refuse_loose(whole: &Whole) -> Result<()> {
    if whole.named.unpinned.is_empty() {
        return Ok(());
    }
    let loose: Vec<&str> = whole.named.unpinned.iter().map(String::as_str).collect();
    Err(Failure::new(Kind::Promotion, "the artifact names images without their digests")
        .because(loose.join(", "))
        .hint("only what is pinned is the same everywhere"))
}
