//! Publishes an artifact: the images that it names, its parts and itself, by digest, from one registry to another, under a version.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use futures_util::{StreamExt, TryStreamExt, stream};
use semver::Version;

use super::contents::{head, named};
use crate::{
    event::{Events, Step},
    failure::{Context, Failure, Kind, Result},
    supply::{
        oci::Descriptor,
        transfer::{Side, Transfer},
    },
};

/// The repository of artifacts.
const REPOSITORY: &str = "platform";
/// How many images are on their way at once.
const COPIES: usize = 3;

/// Everything that an artifact needs.
#[derive(Debug, Default, PartialEq, Eq)]
struct Whole {
    /// The digests of its parts.
    parts: BTreeSet<String>,
    /// Images with their digests.
    images: BTreeSet<(String, String)>,
}

/// Copies the artifact `digest` with all that it names and lets `version` stand for it; gives the images, by repository,
/// with their digests.
///
/// What is there already is not sent again; the artifact goes last, so that it is never there without what it names. A
/// version that stands for another artifact is refused with kind `Promotion`: a version is given once.
pub async fn publish(
    transfer: &Transfer<'_>,
    digest: &str,
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
    let whole = whole(transfer.source, digest, &transfer.folder).await?;
    let total = (whole.images.len() + whole.parts.len() + 1) as u64;
    let images = whole.images.iter().map(|(name, digest)| (name.as_str(), digest.as_str()));
    let parts = whole.parts.iter().map(|part| (REPOSITORY, part.as_str()));
    let mut copies = stream::iter(images.chain(parts))
        .map(|(repository, digest)| {
            let tag = tag.as_str();
            async move {
                transfer.copy(repository, digest).await?;
                if repository != REPOSITORY {
                    target.tag(repository, digest, tag).await?;
                }
                Ok(repository)
            }
        })
        .buffer_unordered(COPIES);
    let mut done = 0;
    while let Some(name) = copies.try_next().await? {
        done += 1;
        step.progress(done, Some(total), name);
    }
    drop(copies);
    transfer.copy(REPOSITORY, digest).await?;
    target.tag(REPOSITORY, digest, &tag).await?;
    step.done(digest);
    Ok(whole.images.into_iter().collect())
}

/// What the artifact `digest` and its parts name.
async fn whole(source: &Side, digest: &str, folder: &Path) -> Result<Whole> {
    let root = source.manifest(REPOSITORY, digest).await?;
    let mut whole = Whole { parts: head(&root)?.parts.into_values().collect(), images: BTreeSet::new() };
    whole.images.extend(images(source, &root, folder).await?);
    for part in &whole.parts {
        let part = source.manifest(REPOSITORY, part).await?;
        whole.images.extend(images(source, &part, folder).await?);
    }
    Ok(whole)
}

/// The images that the files of one artifact or part name.
async fn images(source: &Side, manifest: &[u8], folder: &Path) -> Result<BTreeSet<(String, String)>> {
    let (digest, size) = head(manifest)?.layer;
    let own = tempfile::tempdir_in(folder).context(Kind::Tool, "make a folder for the artifact's files")?;
    let layer = Descriptor { media_type: String::new(), digest, size };
    let path = source.blob(REPOSITORY, &layer, own.path()).await?;
    let bytes = std::fs::read(&path).with_context(Kind::Tool, || format!("read `{}`", path.display()))?;
    let found = named(&bytes)?;
    if found.unpinned.is_empty() {
        return Ok(found.images);
    }
    let loose: Vec<String> = found.unpinned.into_iter().collect();
    Err(Failure::new(Kind::Promotion, "the artifact names images without their digests")
        .because(loose.join(", "))
        .hint("only what is pinned is the same everywhere"))
}
