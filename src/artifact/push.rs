//! Pushes an artifact to a registry. Existing content is not sent again.

use futures_util::future::try_join_all;

use super::{Blobs, Packed};
use crate::{
    base::{
        digest::Digest,
        failure::{Failure, Kind, Result},
    },
    registry::{RegistryClient, media_type::OCI_MANIFEST},
};

/// Pushes `packed` to `repository` of the registry at `host`, the components before the root. Returns the
/// digest that the registry reports.
///
/// Fails with kind `Tool`.
pub async fn push(packed: &Packed, host: &str, repository: &str) -> Result<Digest> {
    let client = RegistryClient::new(host)?;
    let components = packed.components.iter();
    try_join_all(components.map(|(tag, blobs)| push_blobs(&client, repository, tag, blobs))).await?;
    push_blobs(&client, repository, &packed.tag, &packed.root).await
}

async fn push_blobs(client: &RegistryClient, repository: &str, tag: &str, blobs: &Blobs) -> Result<Digest> {
    let digest = &blobs.manifest.digest;
    if client.has(repository, digest).await {
        return Ok(digest.clone());
    }
    let target = format!("{}/{repository}", client.host());
    for blob in [&blobs.layer, &blobs.config] {
        let pushed = client.push_bytes(repository, &blob.digest, &blob.bytes).await;
        pushed.map_err(|failure| {
            Failure::new(Kind::Tool, format!("cannot push a blob to `{target}`"))
                .caused_by(&failure)
                .hint(format!("check that the registry responds: curl http://{}/v2/", client.host()))
        })?;
    }
    client.push_manifest(repository, tag, OCI_MANIFEST, &blobs.manifest.bytes).await?;
    let failed = || Failure::new(Kind::Tool, format!("cannot read back the manifest from `{target}`"));
    match client.find(repository, digest).await {
        Ok(Some(found)) if found == *digest => Ok(found),
        Ok(Some(found)) => Err(failed().because(format!("the registry reports {found} instead of {digest}"))),
        Ok(None) => Err(failed().because(format!("the registry does not have {digest}"))),
        Err(failure) => Err(failed().caused_by(&failure)),
    }
}

#[cfg(test)]
mod tests;
