//! Copies one official image by its pin: the index, this platform's manifest, then the blobs. Everything is read by digest.

use std::path::PathBuf;

use super::Index;
use crate::{
    base::{
        failure::{Context, Failure, Kind, Result},
        oci::{Descriptor, ImageManifest},
        platform::Platform,
    },
    config::infra::ImagePin,
    registry::{Digest, ImageRef, ReadError, RegistryClient, Upstream, media_type::OCI_MANIFEST},
};

/// Copies images into a registry.
pub struct Copier {
    /// The registry to write to.
    pub target: RegistryClient,
    /// The directory for blobs in transit.
    pub folder: PathBuf,
    /// The platform of the images.
    pub platform: Platform,
}

/// A copied image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The digest of the manifest for this platform.
    pub digest: Digest,
    /// The size of its compressed layers in bytes.
    pub size: u64,
}

impl Copier {
    /// Copies the image that `pin` identifies from the repository of `official` to `repository` with `tags`.
    pub async fn copy(
        &self,
        official: &ImageRef,
        pin: &ImagePin,
        repository: &str,
        tags: &[String],
    ) -> Result<Copied, ReadError> {
        let upstream = Upstream::new(&official.host).map_err(ReadError::Refused)?;
        upstream.authenticate(&official.repository).await?;
        let index = upstream.manifest(&official.repository, &pin.index).await?;
        let digest = self.manifest_in(&index, official, pin).map_err(ReadError::Refused)?;
        let bytes = upstream.manifest(&official.repository, &digest).await?;
        let manifest: ImageManifest = serde_json::from_slice(&bytes)
            .with_context(Kind::Tool, || format!("the manifest of {official} is not an image manifest"))
            .map_err(ReadError::Refused)?;
        for descriptor in manifest.layers.iter().chain([&manifest.config]) {
            self.copy_blob(&upstream, &official.repository, descriptor, repository).await?;
        }
        let media_type = if manifest.media_type.is_empty() { OCI_MANIFEST } else { &manifest.media_type };
        for tag in tags {
            let pushed = self.target.push_manifest(repository, tag, media_type, &bytes).await;
            pushed.map_err(ReadError::Refused)?;
        }
        Ok(Copied { digest, size: manifest.layers.iter().map(|layer| layer.size).sum() })
    }

    /// The digest of this platform's manifest in the pinned index, which must be the pinned one.
    fn manifest_in(&self, index: &[u8], official: &ImageRef, pin: &ImagePin) -> Result<Digest> {
        let name = format!("the pinned {official}");
        let listed = Index::parse(index, &name)?.manifest(self.platform).cloned().ok_or_else(|| {
            Failure::new(Kind::Tool, format!("{name} is not available for {}", self.platform))
        })?;
        match pin.manifests.get(&self.platform.architecture) {
            Some(pinned) if *pinned != listed => {
                Err(Failure::new(Kind::Tool, format!("digest mismatch in {name} for {}", self.platform))
                    .because(format!("{} is pinned, the index {} has {}", pinned, pin.index, listed))
                    .hint("write both pins again: `seasense images pin`"))
            }
            _ => Ok(listed),
        }
    }

    async fn copy_blob(
        &self,
        upstream: &Upstream,
        from: &str,
        descriptor: &Descriptor,
        to: &str,
    ) -> Result<(), ReadError> {
        if self.target.has_blob(to, &descriptor.digest).await.map_err(ReadError::Refused)? {
            return Ok(());
        }
        let path = upstream.fetch(from, descriptor, &self.folder).await?;
        let pushed = self.target.push_file(to, &descriptor.digest, &path).await;
        let what = || format!("cannot remove `{}`", path.display());
        pushed
            .and_then(|_| std::fs::remove_file(&path).with_context(Kind::Tool, what))
            .map_err(ReadError::Refused)
    }
}

#[cfg(test)]
#[path = "copy_tests.rs"]
mod tests;
