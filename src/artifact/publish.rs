//! Publishes an artifact under a version: copies its images, its components and its root to another registry by
//! digest.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;

use super::contents::{Contents, REPOSITORY, RepositoryDigest, copy_contents};
use crate::{
    base::{
        digest::Digest,
        event::{Events, Step},
        failure::{Failure, Kind, Result},
    },
    registry::transfer::Transfer,
};

/// Copies the artifact `digest` with its contents and the images `extra`, and tags everything with `version`.
/// Returns the images, by repository, with their digests.
///
/// Existing content is not sent again. The artifact is copied last, so that it never exists without its
/// contents. A version that already refers to another artifact is refused with kind `Promotion`.
pub async fn publish(
    transfer: &Transfer<'_>,
    digest: &Digest,
    extra: &BTreeSet<RepositoryDigest>,
    version: &Version,
    events: &Events,
) -> Result<BTreeMap<String, Digest>> {
    let (target, tag) = (transfer.target, version.to_string());
    let existing = target.tagged(REPOSITORY, &tag).await?;
    if let Some(other) = existing.filter(|other| other != digest) {
        return Err(Failure::new(
            Kind::Promotion,
            format!("version {tag} is already published as another artifact"),
        )
        .because(format!("{}/{REPOSITORY}:{tag} is {other}, not {digest}", target.name()))
        .hint("commit the changes and tag the commit with a new version"));
    }
    let step = Step::start(events, "artifact.publish", format!("Publish {tag} to {}", target.name()));
    let contents = Contents::read(transfer.source, digest, &transfer.folder).await?;
    refuse_unpinned(&contents)?;
    let required = contents.required(extra);
    let total = required.len() as u64;
    copy_contents(transfer, required, |done, name| step.progress(done, Some(total), name)).await?;
    let images: BTreeMap<String, Digest> =
        contents.images().into_iter().chain(extra.iter().cloned()).collect();
    for (repository, digest) in &images {
        target.tag(repository, digest, &tag).await?;
    }
    target.tag(REPOSITORY, digest, &tag).await?;
    step.done(digest.to_string());
    Ok(images)
}

fn refuse_unpinned(contents: &Contents) -> Result<()> {
    if contents.references.unpinned.is_empty() {
        return Ok(());
    }
    let unpinned: Vec<&str> = contents.references.unpinned.iter().map(String::as_str).collect();
    Err(Failure::new(Kind::Promotion, "the artifact refers to images without digests")
        .because(unpinned.join(", "))
        .hint("pin every image by digest, so that every environment runs the same image"))
}
