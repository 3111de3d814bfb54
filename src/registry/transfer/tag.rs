//! Names for what is there: a tag beside the digest.

use serde::Deserialize;

use super::Side;
use crate::base::failure::{Context, Kind, Result};

const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Typed {
    #[serde(default)]
    media_type: String,
}

impl Side {
    /// The digest that `tag` of `repository` stands for; `None` where there is no such tag.
    pub async fn tagged(&self, repository: &str, tag: &str) -> Result<Option<String>> {
        let name = self.repository(repository);
        let what = format!("ask {} for {name}:{tag}", self.client.host());
        self.patiently(&what, async || self.client.find(&name, tag).await).await
    }

    /// Lets `tag` of `repository` stand for the manifest `digest`, which is there.
    pub async fn tag(&self, repository: &str, digest: &str, tag: &str) -> Result<()> {
        if self.tagged(repository, tag).await?.as_deref() == Some(digest) {
            return Ok(());
        }
        let manifest = self.manifest(repository, digest).await?;
        let name = self.repository(repository);
        let what = format!("push {name}:{tag} to {}", self.client.host());
        let Typed { media_type } = serde_json::from_slice(&manifest).context(Kind::Tool, what.clone())?;
        let media_type = if media_type.is_empty() { OCI_MANIFEST } else { &media_type };
        let push = async || self.client.push_manifest(&name, tag, media_type, &manifest).await;
        self.patiently(&what, push).await
    }
}
