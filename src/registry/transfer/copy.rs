//! Copying one manifest and everything that it names.

use std::path::PathBuf;

use serde::Deserialize;

use super::Side;
use crate::{
    base::failure::{Context, Failure, Kind, Result},
    images::oci::{Descriptor, ImageManifest},
};

const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// A copy from one registry to another.
pub struct Transfer<'a> {
    /// Where it comes from.
    pub source: &'a Side,
    /// Where it goes.
    pub target: &'a Side,
    /// A folder where blobs lie on their way.
    pub folder: PathBuf,
}

/// What had to be sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// Manifests that were not there before.
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

/// A list of manifests, one per platform.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Index {
    #[serde(default)]
    media_type: String,
    manifests: Vec<Descriptor>,
}

impl Transfer<'_> {
    /// Copies the manifest `digest` of `repository`, and before it all that it names.
    ///
    /// What the target has stays. The target is asked in the end whether it has exactly that digest.
    pub async fn copy(&self, repository: &str, digest: &str) -> Result<Sent> {
        if self.target.has(repository, digest).await? {
            return Ok(Sent::default());
        }
        let manifest = self.source.manifest(repository, digest).await?;
        let (mut sent, media_type) = self.contents(repository, &manifest).await?;
        let (name, tag) = (self.target.repository(repository), tag(digest));
        let what = format!("push {name}@{digest} to {}", self.target.client.host());
        let push = async || self.target.client.push_manifest(&name, &tag, &media_type, &manifest).await;
        self.target.patiently(&what, push).await?;
        if !self.target.has(repository, digest).await? {
            return Err(Failure::new(
                Kind::Tool,
                format!("{} took {name} and does not have it", self.target.client.host()),
            )
            .because(format!("it was sent {digest} and knows no such manifest")));
        }
        sent += Sent { manifests: 1, bytes: manifest.len() as u64 };
        Ok(sent)
    }

    /// Copies what `manifest` names; gives the manifest's media type too.
    async fn contents(&self, repository: &str, manifest: &[u8]) -> Result<(Sent, String)> {
        let or = |media_type: String, usual: &str| {
            if media_type.is_empty() { usual.to_owned() } else { media_type }
        };
        let mut sent = Sent::default();
        if let Ok(index) = serde_json::from_slice::<Index>(manifest) {
            for entry in &index.manifests {
                sent += Box::pin(self.copy(repository, &entry.digest)).await?;
            }
            return Ok((sent, or(index.media_type, OCI_INDEX)));
        }
        let image: ImageManifest = serde_json::from_slice(manifest)
            .with_context(Kind::Tool, || format!("a manifest of {repository} is none of an image"))?;
        for blob in image.layers.iter().chain([&image.config]) {
            sent.bytes += self.copy_blob(repository, blob).await?;
        }
        Ok((sent, or(image.media_type, OCI_MANIFEST)))
    }

    /// Copies one blob; gives how many bytes had to be sent.
    async fn copy_blob(&self, repository: &str, blob: &Descriptor) -> Result<u64> {
        let (client, name) = (&self.target.client, self.target.repository(repository));
        let what = format!("ask {} for a blob of {name}", client.host());
        if self.target.patiently(&what, async || client.has_blob(&name, &blob.digest).await).await? {
            return Ok(0);
        }
        // Two images may share a layer and be copied at once.
        let folder = tempfile::tempdir_in(&self.folder).context(Kind::Tool, "make a folder for a blob")?;
        let path = self.source.blob(repository, blob, folder.path()).await?;
        let what = format!("push a blob of {name} to {}", client.host());
        let push = async || client.push_file(&name, &blob.digest, &path).await;
        self.target.patiently(&what, push).await?;
        Ok(blob.size)
    }
}

/// A tag that says the digest: registries take what no tag names for waste.
fn tag(digest: &str) -> String {
    digest.replace(':', "-")
}
