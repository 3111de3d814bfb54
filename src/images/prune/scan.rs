//! Scans a registry: every manifest with a tag or a reference from another one, and the references in it.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
};

use flate2::read::GzDecoder;
use jiff::Timestamp;
use serde::Deserialize;

use super::StoredManifest;
use crate::{
    base::{
        digest::Digest,
        event::{Events, Step},
        failure::{Context, Failure, Kind, Result},
    },
    registry::{Admin, RegistryPath},
};

/// Flux's media type for the files of an artifact.
const CONTENT: &str = "application/vnd.cncf.flux.content.v1.tar+gzip";
const CREATED: &str = "org.opencontainers.image.created";
/// Upper limit for the unpacked size of an artifact.
const MAX: u64 = 256 << 20;

/// The fields of a manifest that are read. Not every manifest has them.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Manifest {
    config: Layer,
    layers: Vec<Layer>,
    annotations: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Layer {
    media_type: String,
    /// A digest may use another algorithm, so it is not parsed.
    digest: String,
}

/// Returns all manifests at `location` that can be found: by the tags of its repositories, and from there by
/// references. `known` are the repositories to read if the registry does not list any; `in_use` are digests
/// from Git.
///
/// Fails with kind `Tool` if any manifest cannot be read, because its references would be unknown and could be
/// removed.
pub async fn scan(
    admin: &Admin,
    location: &RegistryPath,
    known: &[String],
    in_use: &BTreeSet<Digest>,
    events: &Events,
) -> Result<Vec<StoredManifest>> {
    let step = Step::start(events, "images.scan", "Scan the registry");
    let repositories = match admin.repositories(&location.prefix()).await? {
        Some(found) => found,
        None => known.iter().map(|image| location.repository(image)).collect(),
    };
    let mut stored: BTreeMap<(String, Digest), StoredManifest> = BTreeMap::new();
    let total = repositories.len() as u64;
    for (done, repository) in (0..).zip(&repositories) {
        step.progress(done, Some(total), repository);
        for tag in admin.tags(repository).await? {
            // A tag may disappear during the scan.
            if let Some(one) = read(admin, repository, &tag).await? {
                let key = (repository.clone(), one.digest.clone());
                stored.entry(key).or_insert(one).tags.insert(tag);
            }
        }
    }
    let found = follow_references(admin, &repositories, in_use, stored).await?;
    step.done(format!("{} images and artifacts in {} repositories", found.len(), repositories.len()));
    Ok(found)
}

/// Reads referenced manifests without a tag. Each is searched first in the repository of the referrer, then in
/// all others.
async fn follow_references(
    admin: &Admin,
    repositories: &[String],
    in_use: &BTreeSet<Digest>,
    mut stored: BTreeMap<(String, Digest), StoredManifest>,
) -> Result<Vec<StoredManifest>> {
    let mut seen: BTreeSet<Digest> = stored.keys().map(|(_, digest)| digest.clone()).collect();
    let mut pending: Vec<(Digest, Option<String>)> =
        in_use.iter().map(|digest| (digest.clone(), None)).collect();
    pending.extend(stored.values().flat_map(references_of));
    while let Some((digest, near)) = pending.pop() {
        if !seen.insert(digest.clone()) {
            continue;
        }
        for repository in near.iter().chain(repositories.iter().filter(|name| Some(*name) != near.as_ref())) {
            if let Some(one) = read(admin, repository, &digest).await? {
                pending.extend(references_of(&one));
                stored.insert((repository.clone(), digest), one);
                break;
            }
        }
    }
    Ok(stored.into_values().collect())
}

/// The references of a manifest, each with the repository that most likely contains it.
fn references_of(one: &StoredManifest) -> Vec<(Digest, Option<String>)> {
    one.references.iter().map(|digest| (digest.clone(), Some(one.repository.clone()))).collect()
}

/// Reads one manifest and the references in it; `None` if it does not exist.
async fn read(admin: &Admin, repository: &str, version: &str) -> Result<Option<StoredManifest>> {
    let Some((digest, bytes)) = admin.manifest(repository, version).await? else { return Ok(None) };
    let what = || format!("cannot read the manifest {repository}@{digest}");
    let manifest: Manifest = serde_json::from_slice(&bytes).with_context(Kind::Tool, what)?;
    let mut references = Digest::find_all(&String::from_utf8_lossy(&bytes));
    // The blobs of the manifest itself are not manifests.
    for blob in manifest.layers.iter().chain([&manifest.config]) {
        references.retain(|reference| **reference != *blob.digest);
    }
    for layer in manifest.layers.iter().filter(|layer| layer.media_type == CONTENT) {
        let packed = admin.blob(repository, &layer.digest).await?.ok_or_else(|| {
            Failure::new(Kind::Tool, what())
                .because(format!("the layer {} with its files is missing", layer.digest))
        })?;
        references.extend(digests_in_archive(&packed).with_context(Kind::Tool, what)?);
    }
    let created = manifest.annotations.get(CREATED).and_then(|text| text.parse::<Timestamp>().ok());
    let repository = repository.to_owned();
    Ok(Some(StoredManifest { repository, digest, tags: BTreeSet::new(), created, references }))
}

/// Returns every digest in the files of an artifact.
fn digests_in_archive(packed: &[u8]) -> std::io::Result<BTreeSet<Digest>> {
    let mut plain = Vec::new();
    GzDecoder::new(packed).take(MAX).read_to_end(&mut plain)?;
    Ok(Digest::find_all(&String::from_utf8_lossy(&plain)))
}
