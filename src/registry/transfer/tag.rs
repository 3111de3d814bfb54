//! Tags of manifests in a registry.

use serde::Deserialize;

use super::Endpoint;
use crate::{
    base::{
        digest::Digest,
        failure::{Context, Kind, Result},
    },
    registry::media_type::OCI_MANIFEST,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Typed {
    #[serde(default)]
    media_type: String,
}

impl Endpoint {
    /// Returns the digest that `tag` of `repository` refers to; `None` if the tag does not exist.
    pub async fn tagged(&self, repository: &str, tag: &str) -> Result<Option<Digest>> {
        let name = self.repository(repository);
        let what = format!("look up {name}:{tag} in {}", self.client.host());
        self.retry(&what, async || self.client.find(&name, tag).await).await
    }

    /// Points `tag` of `repository` at the existing manifest `digest`.
    pub async fn tag(&self, repository: &str, digest: &Digest, tag: &str) -> Result<()> {
        if self.tagged(repository, tag).await?.as_ref() == Some(digest) {
            return Ok(());
        }
        let manifest = self.manifest(repository, digest).await?;
        let name = self.repository(repository);
        let what = format!("push {name}:{tag} to {}", self.client.host());
        let Typed { media_type } = serde_json::from_slice(&manifest).context(Kind::Tool, what.clone())?;
        let media_type = if media_type.is_empty() { OCI_MANIFEST } else { &media_type };
        let push = async || self.client.push_manifest(&name, tag, media_type, &manifest).await;
        self.retry(&what, push).await
    }
}
