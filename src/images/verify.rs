//! Verifies the registry against the lock: every manifest and every blob is read and hashed.

use sha2::{Digest, Sha256};

use super::{Lock, LockedImage, SupplyContext};
use crate::{
    base::{
        digest::Digest as ContentDigest,
        event::Step,
        failure::{Context, Failure, Kind, Result},
        oci::{Descriptor, ImageManifest},
    },
    registry::{
        RegistryClient,
        media_type::{DOCKER_MANIFEST, OCI_MANIFEST},
    },
};

/// Reads every image of `lock` from the local registry. All missing and differing images are reported together.
pub async fn verify(context: &SupplyContext, lock: &Lock) -> Result<()> {
    let client = RegistryClient::new(&context.registry().host)?;
    let step = Step::start(&context.events(), "supply.verify", "Verify the registry's content");
    let total = lock.images.len() as u64;
    let mut invalid = Vec::new();
    for (done, (name, image)) in lock.images.iter().enumerate() {
        step.progress(done as u64, Some(total), name);
        if let Err(failure) = verify_image(&client, image).await {
            invalid.push(format!("{name}: {}", failure.message));
        }
    }
    for (name, tool) in &lock.tools {
        let found = crate::base::oci::sha256_file(&tool.path).unwrap_or_default();
        if found != tool.sha256 {
            invalid.push(format!("{name}: `{}` differs from the lock", tool.path.display()));
        }
    }
    if invalid.is_empty() {
        step.done(format!("{total} images match the lock"));
        return Ok(());
    }
    let failure =
        Failure::new(Kind::Tool, format!("{} images and tools do not match the lock", invalid.len()));
    Err(invalid.into_iter().fold(failure, Failure::because).hint(
        "run `seasense down --all` to remove the registry with its content, then `seasense dev` to fill it again",
    ))
}

/// Verifies the digests of one image's manifest and blobs.
pub async fn verify_image(client: &RegistryClient, image: &LockedImage) -> Result<()> {
    let (bytes, _) =
        client.manifest(&image.repository, &image.digest, &[OCI_MANIFEST, DOCKER_MANIFEST]).await?;
    let found = ContentDigest::of(&bytes);
    if found != image.digest {
        return Err(Failure::new(
            Kind::Tool,
            format!("the manifest has the digest {found} instead of {}", image.digest),
        ));
    }
    let manifest: ImageManifest =
        serde_json::from_slice(&bytes).context(Kind::Tool, "invalid image manifest")?;
    for blob in manifest.layers.iter().chain([&manifest.config]) {
        verify_blob(client, &image.repository, blob).await?;
    }
    Ok(())
}

async fn verify_blob(client: &RegistryClient, repository: &str, blob: &Descriptor) -> Result<()> {
    let mut sink = Hashing(Sha256::new());
    client.read_blob(repository, &blob.digest, &mut sink).await?;
    let found = ContentDigest::from_hash(sink.0);
    if found != blob.digest {
        return Err(Failure::new(
            Kind::Tool,
            format!("the content of blob {} has the digest {found}", blob.digest),
        ));
    }
    Ok(())
}

/// Discards the bytes and keeps their hash.
struct Hashing(Sha256);

impl tokio::io::AsyncWrite for Hashing {
    fn poll_write(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        bytes: &[u8],
    ) -> std::task::Poll<std::io::Result<usize>> {
        self.0.update(bytes);
        std::task::Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn poll_shutdown(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::task::Poll::Ready(Ok(()))
    }
}
