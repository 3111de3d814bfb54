//! Copies one official image: list to manifest of this platform, blobs first, manifest last.

use std::path::PathBuf;

use serde::Deserialize;

use super::{Official, blob};
use crate::{
    base::failure::{Context, Failure, Kind, Result},
    images::oci::{ImageManifest, sha256_hex},
    registry::RegistryClient,
};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const ACCEPTED: [&str; 4] = [INDEX, DOCKER_LIST, MANIFEST, DOCKER_MANIFEST];

/// Copies images into one registry.
pub struct Copier {
    /// The registry that gets them.
    pub target: RegistryClient,
    /// Where blobs lie on their way.
    pub folder: PathBuf,
}

/// A copied image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The digest of the manifest for this platform.
    pub digest: String,
    /// What the tag pointed to: a list of platforms, or that same manifest.
    pub listed: String,
    /// Bytes of its compressed layers.
    pub size: u64,
}

#[derive(Deserialize)]
struct Index {
    manifests: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    digest: String,
    platform: Option<Platform>,
}

#[derive(Deserialize)]
struct Platform {
    architecture: String,
    os: String,
}

impl Copier {
    /// Copies `official`, or exactly the manifest `pinned` of it, to `repository` under `tags`.
    pub async fn copy(
        &self,
        official: &Official,
        pinned: Option<&str>,
        repository: &str,
        tags: &[String],
    ) -> Result<Copied> {
        let upstream = RegistryClient::new(&official.host)?;
        upstream.authenticate(&official.repository).await?;
        let version = pinned.unwrap_or(&official.tag);
        let (bytes, listed) = read(&upstream, official, version).await?;
        let (bytes, digest) = match for_this_platform(&bytes, official)? {
            Some(digest) => read(&upstream, official, &digest).await?,
            None => (bytes, listed.clone()),
        };
        let manifest: ImageManifest = serde_json::from_slice(&bytes).with_context(Kind::Tool, || {
            format!("the manifest of {} is not one of an image", official.name())
        })?;
        for descriptor in manifest.layers.iter().chain([&manifest.config]) {
            self.copy_blob(&upstream, &official.repository, descriptor, repository).await?;
        }
        let media_type = if manifest.media_type.is_empty() { MANIFEST } else { &manifest.media_type };
        for tag in tags {
            self.target.push_manifest(repository, tag, media_type, &bytes).await?;
        }
        Ok(Copied { digest, listed, size: manifest.layers.iter().map(|layer| layer.size).sum() })
    }

    async fn copy_blob(
        &self,
        upstream: &RegistryClient,
        from: &str,
        descriptor: &crate::images::oci::Descriptor,
        to: &str,
    ) -> Result<()> {
        if self.target.has_blob(to, &descriptor.digest).await? {
            return Ok(());
        }
        let path = blob::fetch(upstream, from, descriptor, &self.folder, blob::PAUSE).await?;
        self.target.push_file(to, &descriptor.digest, &path).await?;
        std::fs::remove_file(&path).with_context(Kind::Tool, || format!("remove `{}`", path.display()))
    }
}

/// Reads a manifest and holds it to its digest: the one that was asked for, or the one the registry gives.
async fn read(upstream: &RegistryClient, official: &Official, version: &str) -> Result<(Vec<u8>, String)> {
    let (bytes, given) = upstream.manifest(&official.repository, version, &ACCEPTED).await?;
    let found = format!("sha256:{}", sha256_hex(&bytes));
    let expected = if version.starts_with("sha256:") { version } else { &given };
    if found != expected {
        return Err(Failure::new(
            Kind::Tool,
            format!("digest mismatch in the manifest of {}", official.name()),
        )
        .because(format!("{expected} was promised, the bytes hash to {found}"))
        .hint("run it again; if it stays, a proxy or the registry changes content: use `--supply build`"));
    }
    Ok((bytes.to_vec(), found))
}

/// The manifest for linux/amd64 where `bytes` are a list of platforms.
fn for_this_platform(bytes: &[u8], official: &Official) -> Result<Option<String>> {
    let Ok(index) = serde_json::from_slice::<Index>(bytes) else { return Ok(None) };
    let ours = |entry: &&Entry| {
        entry
            .platform
            .as_ref()
            .is_some_and(|platform| platform.os == "linux" && platform.architecture == "amd64")
    };
    match index.manifests.iter().find(ours) {
        Some(entry) => Ok(Some(entry.digest.clone())),
        None => Err(Failure::new(Kind::Tool, format!("{} is not there for linux/amd64", official.name()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn official() -> Official {
        Official { host: "quay.io".into(), repository: "a/b".into(), tag: "v1".into() }
    }

    #[test]
    fn the_platform_is_taken_from_a_list_and_attestations_are_not() {
        let list = br#"{"manifests":[
            {"digest":"sha256:a","platform":{"architecture":"unknown","os":"unknown"}},
            {"digest":"sha256:b","platform":{"architecture":"arm64","os":"linux"}},
            {"digest":"sha256:c","platform":{"architecture":"amd64","os":"linux"}}]}"#;
        assert_eq!(for_this_platform(list, &official()).unwrap().as_deref(), Some("sha256:c"));
        assert_eq!(for_this_platform(br#"{"layers":[]}"#, &official()).unwrap(), None);
        assert!(for_this_platform(br#"{"manifests":[]}"#, &official()).is_err());
    }
}
