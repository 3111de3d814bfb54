//! Holds the registry to the lock: every manifest and every blob is read and hashed again.

use sha2::{Digest, Sha256};

use super::{
    Lock, LockedImage, SupplyContext,
    oci::{Descriptor, ImageManifest, sha256_hex},
};
use crate::base::{
    event::Step,
    failure::{Context, Failure, Kind, Result},
};
use crate::registry::RegistryClient;

const MANIFESTS: [&str; 2] =
    ["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"];

/// Reads every image of `lock` out of the local registry; what is missing or differs is named, all of it at once.
pub async fn verify(context: &SupplyContext, lock: &Lock) -> Result<()> {
    let client = RegistryClient::new(&context.registry().host)?;
    let step = Step::start(&context.events(), "supply.verify", "Hash the registry's content again");
    let total = lock.images.len() as u64;
    let mut wrong = Vec::new();
    for (done, (name, image)) in lock.images.iter().enumerate() {
        step.progress(done as u64, Some(total), name);
        if let Err(failure) = verify_image(&client, image).await {
            wrong.push(format!("{name}: {}", failure.message));
        }
    }
    for (name, tool) in &lock.tools {
        let found = super::oci::sha256_file(&tool.path).unwrap_or_default();
        if found != tool.sha256 {
            wrong.push(format!("{name}: `{}` is not what the lock names", tool.path.display()));
        }
    }
    if wrong.is_empty() {
        step.done(format!("{total} images are what the lock names"));
        return Ok(());
    }
    let failure = Failure::new(Kind::Tool, format!("{} parts are not what the lock names", wrong.len()));
    Err(wrong.into_iter().fold(failure, Failure::because).hint(
        "`seasense down --all` removes the registry with its content; the next `seasense dev` fills it again",
    ))
}

/// Reads one image; its manifest must hash to the lock's digest and its blobs to what the manifest says.
pub async fn verify_image(client: &RegistryClient, image: &LockedImage) -> Result<()> {
    let (bytes, _) = client.manifest(&image.repository, &image.digest, &MANIFESTS).await?;
    let found = format!("sha256:{}", sha256_hex(&bytes));
    if found != image.digest {
        return Err(Failure::new(Kind::Tool, format!("the manifest is {found} instead of {}", image.digest)));
    }
    let manifest: ImageManifest =
        serde_json::from_slice(&bytes).context(Kind::Tool, "the manifest is broken")?;
    for blob in manifest.layers.iter().chain([&manifest.config]) {
        verify_blob(client, &image.repository, blob).await?;
    }
    Ok(())
}

async fn verify_blob(client: &RegistryClient, repository: &str, blob: &Descriptor) -> Result<()> {
    let mut sink = Hashing(Sha256::new());
    let read = client.read_blob(repository, &blob.digest, &mut sink).await;
    read.with_context(Kind::Tool, || format!("the blob {} cannot be read", blob.digest))?;
    let found = format!("sha256:{}", hex::encode(sink.0.finalize()));
    if found != blob.digest {
        return Err(Failure::new(Kind::Tool, format!("the blob {} has the content of {found}", blob.digest)));
    }
    Ok(())
}

/// Takes bytes and keeps their hash only.
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
