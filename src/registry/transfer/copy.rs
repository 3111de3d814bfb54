//! Copies one manifest with everything that it references.

use std::path::PathBuf;

use serde::Deserialize;

use super::Endpoint;
use crate::{
    base::{
        digest::Digest,
        failure::{Context, Failure, Kind, Result},
        oci::{Descriptor, ImageManifest},
    },
    registry::media_type::{OCI_INDEX, OCI_MANIFEST},
};

/// A copy from one registry to another.
pub struct Transfer<'a> {
    /// The registry to read from.
    pub source: &'a Endpoint,
    /// The registry to write to.
    pub target: &'a Endpoint,
    /// A directory for blobs in transit.
    pub folder: PathBuf,
}

/// The amount of content that was sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// Manifests that the target did not have.
    pub manifests: usize,
    /// Bytes of blobs and manifests.
    pub bytes: u64,
}

impl std::ops::AddAssign for Sent {
    fn add_assign(&mut self, other: Self) {
        self.manifests += other.manifests;
        self.bytes += other.bytes;
    }
}

/// An index of manifests, one per platform.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Index {
    #[serde(default)]
    media_type: String,
    manifests: Vec<Descriptor>,
}

impl Transfer<'_> {
    /// Copies the manifest `digest` of `repository`, after everything that it references.
    ///
    /// Existing content is not sent again. At the end the target is queried for exactly that digest.
    pub async fn copy(&self, repository: &str, digest: &Digest) -> Result<Sent> {
        if self.target.has(repository, digest).await? {
            return Ok(Sent::default());
        }
        let manifest = self.source.manifest(repository, digest).await?;
        let (mut sent, media_type) = self.copy_references(repository, &manifest).await?;
        let (name, tag) = (self.target.repository(repository), tag(digest));
        let what = format!("push {name}@{digest} to {}", self.target.client.host());
        let push = async || self.target.client.push_manifest(&name, &tag, &media_type, &manifest).await;
        self.target.retry(&what, push).await?;
        if !self.target.has(repository, digest).await? {
            let message = format!("{} accepted {name} but does not have it", self.target.client.host());
            return Err(Failure::new(Kind::Tool, message)
                .because(format!("{digest} was pushed, and the registry reports no such manifest")));
        }
        sent += Sent { manifests: 1, bytes: manifest.len() as u64 };
        Ok(sent)
    }

    /// Copies everything that `manifest` references. Returns the manifest's media type too.
    async fn copy_references(&self, repository: &str, manifest: &[u8]) -> Result<(Sent, String)> {
        let or = |media_type: String, default: &str| {
            if media_type.is_empty() { default.to_owned() } else { media_type }
        };
        let mut sent = Sent::default();
        if let Ok(index) = serde_json::from_slice::<Index>(manifest) {
            for entry in &index.manifests {
                sent += Box::pin(self.copy(repository, &entry.digest)).await?;
            }
            return Ok((sent, or(index.media_type, OCI_INDEX)));
        }
        let image: ImageManifest = serde_json::from_slice(manifest)
            .with_context(Kind::Tool, || format!("a manifest of {repository} is not an image manifest"))?;
        for blob in image.layers.iter().chain([&image.config]) {
            sent.bytes += self.copy_blob(repository, blob).await?;
        }
        Ok((sent, or(image.media_type, OCI_MANIFEST)))
    }

    /// Copies one blob. Returns the number of bytes that were sent.
    async fn copy_blob(&self, repository: &str, blob: &Descriptor) -> Result<u64> {
        let (client, name) = (&self.target.client, self.target.repository(repository));
        let what = format!("look up a blob of {name} in {}", client.host());
        if self.target.retry(&what, async || client.has_blob(&name, &blob.digest).await).await? {
            return Ok(0);
        }
        // Two images may share a layer and be copied at the same time.
        let folder =
            tempfile::tempdir_in(&self.folder).context(Kind::Tool, "cannot create a directory for a blob")?;
        let path = self.source.blob(repository, blob, folder.path()).await?;
        let what = format!("push a blob of {name} to {}", client.host());
        let push = async || client.push_file(&name, &blob.digest, &path).await;
        self.target.retry(&what, push).await?;
        Ok(blob.size)
    }
}

/// A tag that contains the digest: registries delete manifests that no tag points to.
fn tag(digest: &Digest) -> String {
    digest.replace(':', "-")
}
