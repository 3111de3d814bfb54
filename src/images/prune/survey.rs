//! Looks through a registry: every manifest that has a tag or that another one names, with what it names in turn.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
};

use flate2::read::GzDecoder;
use jiff::Timestamp;
use serde::Deserialize;

use super::{Held, digests_in};
use crate::{
    base::{
        event::{Events, Step},
        failure::{Context, Failure, Kind, Result},
    },
    registry::{Admin, Place},
};

/// Flux's media type of an artifact's files.
const CONTENT: &str = "application/vnd.cncf.flux.content.v1.tar+gzip";
const CREATED: &str = "org.opencontainers.image.created";
/// No artifact unpacks to more.
const MAX: u64 = 256 << 20;

/// What is read of a manifest.
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
    digest: String,
}

/// Everything that `place` of `admin` holds and that can be found: by the tags of its repositories, and from there by what
/// manifests name. `known` are names of repositories to look at where the registry lists none, `named` digests that Git
/// knows of.
///
/// Fails with kind `Tool` where anything that is there cannot be read: what it names could not be spared.
pub async fn survey(
    admin: &Admin,
    place: &Place,
    known: &[String],
    named: &BTreeSet<String>,
    events: &Events,
) -> Result<Vec<Held>> {
    let step = Step::start(events, "images.survey", "Observation through the registry");
    let repositories = match admin.repositories(&place.prefix()).await? {
        Some(found) => found,
        None => known.iter().map(|image| place.repository(image)).collect(),
    };
    let mut held: BTreeMap<(String, String), Held> = BTreeMap::new();
    let total = repositories.len() as u64;
    for (done, repository) in (0..).zip(&repositories) {
        step.progress(done, Some(total), repository);
        for tag in admin.tags(repository).await? {
            // A tag that went away meanwhile is no failure.
            if let Some(one) = look(admin, repository, &tag).await? {
                let key = (repository.clone(), one.digest.clone());
                held.entry(key).or_insert(one).tags.insert(tag);
            }
        }
    }
    let found = deeper(admin, &repositories, named, held).await?;
    step.done(format!("{} images and artifacts in {} repositories", found.len(), repositories.len()));
    Ok(found)
}

/// Follows names to manifests that have no tag. Each is looked for where it was named first, then everywhere.
async fn deeper(
    admin: &Admin,
    repositories: &[String],
    named: &BTreeSet<String>,
    mut held: BTreeMap<(String, String), Held>,
) -> Result<Vec<Held>> {
    let mut seen: BTreeSet<String> = held.keys().map(|(_, digest)| digest.clone()).collect();
    let mut open: Vec<(String, Option<String>)> = named.iter().map(|digest| (digest.clone(), None)).collect();
    open.extend(held.values().flat_map(names_of));
    while let Some((digest, near)) = open.pop() {
        if !seen.insert(digest.clone()) {
            continue;
        }
        for repository in near.iter().chain(repositories.iter().filter(|name| Some(*name) != near.as_ref())) {
            if let Some(one) = look(admin, repository, &digest).await? {
                open.extend(names_of(&one));
                held.insert((repository.clone(), digest), one);
                break;
            }
        }
    }
    Ok(held.into_values().collect())
}

/// What a manifest names, with the repository that is the likeliest place for it.
fn names_of(one: &Held) -> Vec<(String, Option<String>)> {
    one.names.iter().map(|digest| (digest.clone(), Some(one.repository.clone()))).collect()
}

/// One manifest, read as far as it names others; `None` where there is none.
async fn look(admin: &Admin, repository: &str, version: &str) -> Result<Option<Held>> {
    let Some((digest, bytes)) = admin.manifest(repository, version).await? else { return Ok(None) };
    let what = || format!("read the manifest {repository}@{digest}");
    let manifest: Manifest = serde_json::from_slice(&bytes).with_context(Kind::Tool, what)?;
    let mut names = digests_in(&String::from_utf8_lossy(&bytes));
    // Its own blobs are no manifests.
    for own in manifest.layers.iter().chain([&manifest.config]) {
        names.remove(&own.digest);
    }
    for layer in manifest.layers.iter().filter(|layer| layer.media_type == CONTENT) {
        let packed = admin.blob(repository, &layer.digest).await?.ok_or_else(|| {
            Failure::new(Kind::Tool, what()).because(format!("its files, {}, are not there", layer.digest))
        })?;
        names.extend(in_archive(&packed).with_context(Kind::Tool, what)?);
    }
    let made = manifest.annotations.get(CREATED).and_then(|text| text.parse::<Timestamp>().ok());
    Ok(Some(Held { repository: repository.to_owned(), digest, tags: BTreeSet::new(), made, names }))
}

/// Every digest in the files of an artifact.
fn in_archive(packed: &[u8]) -> std::io::Result<BTreeSet<String>> {
    let mut plain = Vec::new();
    GzDecoder::new(packed).take(MAX).read_to_end(&mut plain)?;
    Ok(digests_in(&String::from_utf8_lossy(&plain)))
}
