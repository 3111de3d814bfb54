//! Copies one official image: resolves the index to this platform's manifest, copies the blobs, then the
//! manifest.

use std::path::PathBuf;

use serde::Deserialize;

use crate::{
    base::{
        failure::{Context, Failure, Kind, Result},
        oci::{Descriptor, ImageManifest},
    },
    registry::{
        Digest, ImageRef, PAUSE, RegistryClient, fetch_blob,
        media_type::{MANIFESTS, OCI_MANIFEST},
    },
};

/// Copies images into a registry.
pub struct Copier {
    /// The registry to write to.
    pub target: RegistryClient,
    /// The directory for blobs in transit.
    pub folder: PathBuf,
}

/// A copied image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The digest of the manifest for this platform.
    pub digest: Digest,
    /// The digest that the tag referred to: an index, or the same manifest.
    pub listed: Digest,
    /// The size of its compressed layers in bytes.
    pub size: u64,
}

#[derive(Deserialize)]
struct Index {
    manifests: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    digest: Digest,
    platform: Option<Platform>,
}

#[derive(Deserialize)]
struct Platform {
    architecture: String,
    os: String,
}

impl Copier {
    /// Copies `official`, or exactly its manifest `pinned`, to `repository` with `tags`.
    pub async fn copy(
        &self,
        official: &ImageRef,
        pinned: Option<&Digest>,
        repository: &str,
        tags: &[String],
    ) -> Result<Copied> {
        let upstream = RegistryClient::new(&official.host)?;
        upstream.authenticate(&official.repository).await?;
        let version = pinned.map_or(official.version.as_str(), |digest| digest);
        let (bytes, listed) = read_verified(&upstream, official, version).await?;
        let (bytes, digest) = match for_this_platform(&bytes, official)? {
            Some(digest) => read_verified(&upstream, official, &digest).await?,
            None => (bytes, listed.clone()),
        };
        let manifest: ImageManifest = serde_json::from_slice(&bytes)
            .with_context(Kind::Tool, || format!("the manifest of {official} is not an image manifest"))?;
        for descriptor in manifest.layers.iter().chain([&manifest.config]) {
            self.copy_blob(&upstream, &official.repository, descriptor, repository).await?;
        }
        let media_type = if manifest.media_type.is_empty() { OCI_MANIFEST } else { &manifest.media_type };
        for tag in tags {
            self.target.push_manifest(repository, tag, media_type, &bytes).await?;
        }
        Ok(Copied { digest, listed, size: manifest.layers.iter().map(|layer| layer.size).sum() })
    }

    async fn copy_blob(
        &self,
        upstream: &RegistryClient,
        from: &str,
        descriptor: &Descriptor,
        to: &str,
    ) -> Result<()> {
        if self.target.has_blob(to, &descriptor.digest).await? {
            return Ok(());
        }
        let path = fetch_blob(upstream, from, descriptor, &self.folder, PAUSE).await?;
        self.target.push_file(to, &descriptor.digest, &path).await?;
        std::fs::remove_file(&path).with_context(Kind::Tool, || format!("cannot remove `{}`", path.display()))
    }
}

/// Reads a manifest and verifies the requested digest, or the digest that the registry reports for a tag.
async fn read_verified(
    upstream: &RegistryClient,
    official: &ImageRef,
    version: &str,
) -> Result<(Vec<u8>, Digest)> {
    let (bytes, reported) = upstream.manifest(&official.repository, version, &MANIFESTS).await?;
    let found = Digest::of(&bytes);
    let expected = version.parse().unwrap_or(reported);
    if found != expected {
        return Err(Failure::new(Kind::Tool, format!("digest mismatch in the manifest of {official}"))
            .because(format!("{expected} was expected, the content has {found}"))
            .hint("run the command again; if it fails again, a proxy or the registry changes content: use `--supply build`"));
    }
    Ok((bytes.to_vec(), found))
}

/// Returns the digest of the manifest for linux/amd64 if `bytes` are an index.
fn for_this_platform(bytes: &[u8], official: &ImageRef) -> Result<Option<Digest>> {
    let Ok(index) = serde_json::from_slice::<Index>(bytes) else { return Ok(None) };
    let ours = |entry: &&Entry| {
        entry
            .platform
            .as_ref()
            .is_some_and(|platform| platform.os == "linux" && platform.architecture == "amd64")
    };
    match index.manifests.iter().find(ours) {
        Some(entry) => Ok(Some(entry.digest.clone())),
        None => Err(Failure::new(Kind::Tool, format!("{official} is not available for linux/amd64"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn official() -> ImageRef {
        ImageRef::by_tag("quay.io", "a/b", "v1")
    }

    #[test]
    fn the_manifest_of_this_platform_is_selected() {
        let digest = |of: &str| format!("sha256:{}", of.repeat(64));
        let entry = |of: &str, architecture: &str, os: &str| serde_json::json!({"digest": digest(of), "platform": {"architecture": architecture, "os": os}});
        let attestation = entry("a", "unknown", "unknown");
        let index = serde_json::json!({
            "manifests": [attestation, entry("b", "arm64", "linux"), entry("c", "amd64", "linux")],
        });
        let found = for_this_platform(index.to_string().as_bytes(), &official()).unwrap();
        assert_eq!(found.as_deref(), Some(digest("c").as_str()));
        assert_eq!(for_this_platform(br#"{"layers":[]}"#, &official()).unwrap(), None);
        assert!(for_this_platform(br#"{"manifests":[]}"#, &official()).is_err());
    }
}
