//! One endpoint of a copy: a registry and the prefix of its repository names.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    base::{
        digest::Digest,
        failure::{Failure, Kind, Result},
        oci::Descriptor,
        wait::{Deadline, Observation, wait},
    },
    registry::{ImageRef, RegistryClient, fetch_blob, media_type::MANIFESTS},
};

/// The pause between attempts: registries limit the rate of requests, and connections fail.
const PAUSE: Duration = Duration::from_secs(2);
const ATTEMPTS: u32 = 5;
const LIMIT: Duration = Duration::from_mins(30);

/// A registry as an environment configures it.
pub struct Endpoint {
    pub(super) client: RegistryClient,
    prefix: String,
    pub(super) pause: Duration,
}

impl Endpoint {
    /// The registry `name`, host and path, for example `rg.fr-par.scw.cloud/seasense`, with this machine's
    /// credentials.
    pub fn new(name: &str) -> Result<Self> {
        let (host, prefix) = name.split_once('/').unwrap_or((name, ""));
        let client = RegistryClient::with_login(host)?;
        let prefix =
            if prefix.is_empty() { String::new() } else { format!("{}/", prefix.trim_end_matches('/')) };
        Ok(Self { client, prefix, pause: PAUSE })
    }

    /// The name that it was created with.
    pub fn name(&self) -> String {
        format!("{}/{}", self.client.host(), self.prefix).trim_end_matches('/').to_owned()
    }

    /// The full name of `repository`, without the host.
    pub(super) fn repository(&self, repository: &str) -> String {
        format!("{}{repository}", self.prefix)
    }

    /// Whether it has the manifest `digest` of `repository`. A registry that does not respond is an error.
    pub async fn has(&self, repository: &str, digest: &Digest) -> Result<bool> {
        let name = self.repository(repository);
        let what = format!("look up {name} in {}", self.client.host());
        let found = self.retry(&what, async || self.client.find(&name, digest).await).await?;
        Ok(found.is_some_and(|found| found == *digest))
    }

    /// Reads and verifies the manifest `digest` of `repository`.
    pub async fn manifest(&self, repository: &str, digest: &Digest) -> Result<Vec<u8>> {
        let name = self.repository(repository);
        let reference = ImageRef::by_digest(self.client.host(), &name, digest.clone());
        if !self.has(repository, digest).await? {
            return Err(absent(&reference));
        }
        let what = format!("read {reference}");
        let read = async || self.client.manifest(&name, digest, &MANIFESTS).await;
        let (bytes, _) = self.retry(&what, read).await?;
        let found = Digest::of(&bytes);
        if found == *digest {
            return Ok(bytes.to_vec());
        }
        Err(Failure::new(Kind::Tool, format!("digest mismatch in {name} of {}", self.client.host()))
            .because(format!("{digest} was requested, the content has {found}"))
            .hint("run the command again; if it fails again, the registry or a proxy changes content"))
    }

    /// Downloads a blob of `repository` into `folder` and verifies it.
    pub async fn blob(&self, repository: &str, blob: &Descriptor, folder: &Path) -> Result<PathBuf> {
        fetch_blob(&self.client, &self.repository(repository), blob, folder, self.pause).await
    }

    /// Sends a request until it succeeds, a limited number of times.
    pub(super) async fn retry<T>(&self, what: &str, request: impl AsyncFn() -> Result<T>) -> Result<T> {
        let attempts = std::sync::atomic::AtomicU32::new(0);
        wait(Deadline::after(LIMIT), self.pause, what, || async {
            let count = attempts.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            match request().await {
                Ok(response) => Ok(Observation::Ready(response)),
                Err(failure) if count >= ATTEMPTS => Ok(Observation::Failed(failure)),
                Err(failure) => Err(failure),
            }
        })
        .await
    }
}

fn absent(reference: &ImageRef) -> Failure {
    Failure::new(Kind::Tool, format!("`{reference}` does not exist"))
        .because("the registry reports that it has no such manifest")
        .hint("start the environment that it comes from again: that pushes missing content")
}
