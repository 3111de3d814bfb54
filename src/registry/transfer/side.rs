//! One end of a copy: a registry, and what the names of its repositories begin with.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    base::{
        failure::{Failure, Kind, Result},
        wait::{Deadline, Observation, wait},
    },
    config::registry_credentials,
    images::{
        oci::{Descriptor, sha256_hex},
        pull::fetch_blob,
    },
    registry::RegistryClient,
};

/// Registries limit how fast one may ask, and connections break: a pause, then once more.
const PAUSE: Duration = Duration::from_secs(2);
const TRIES: u32 = 5;
const LIMIT: Duration = Duration::from_mins(30);

/// Every form that a manifest may have.
const ACCEPTED: [&str; 4] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// A registry, as an environment names it.
pub struct Side {
    pub(super) client: RegistryClient,
    prefix: String,
    pub(super) pause: Duration,
}

impl Side {
    /// The registry `name`, host and path, for example `rg.fr-par.scw.cloud/seasense`, as whoever this machine is there.
    pub fn new(name: &str) -> Result<Self> {
        let (host, prefix) = name.split_once('/').unwrap_or((name, ""));
        let client = RegistryClient::new(host)?.as_user(registry_credentials(host)?);
        let prefix =
            if prefix.is_empty() { String::new() } else { format!("{}/", prefix.trim_end_matches('/')) };
        Ok(Self { client, prefix, pause: PAUSE })
    }

    /// Its name, as it was given.
    pub fn name(&self) -> String {
        format!("{}/{}", self.client.host(), self.prefix).trim_end_matches('/').to_owned()
    }

    /// The full name of `repository`, without the host.
    pub(super) fn repository(&self, repository: &str) -> String {
        format!("{}{repository}", self.prefix)
    }

    /// Whether it has the manifest `digest` of `repository`. That it does not answer is a failure.
    pub async fn has(&self, repository: &str, digest: &str) -> Result<bool> {
        let name = self.repository(repository);
        let what = format!("ask {} for {name}", self.client.host());
        let found = self.patiently(&what, async || self.client.find(&name, digest).await).await?;
        Ok(found.is_some_and(|found| found == digest))
    }

    /// Reads the manifest `digest` of `repository`, and holds it to that digest.
    pub async fn manifest(&self, repository: &str, digest: &str) -> Result<Vec<u8>> {
        let name = self.repository(repository);
        if !self.has(repository, digest).await? {
            return Err(absent(&format!("{}/{name}@{digest}", self.client.host())));
        }
        let what = format!("read {name}@{digest} of {}", self.client.host());
        let read = async || self.client.manifest(&name, digest, &ACCEPTED).await;
        let (bytes, _) = self.patiently(&what, read).await?;
        let found = format!("sha256:{}", sha256_hex(&bytes));
        if found == digest {
            return Ok(bytes.to_vec());
        }
        Err(Failure::new(Kind::Tool, format!("digest mismatch in {name} of {}", self.client.host()))
            .because(format!("{digest} was asked for, the bytes hash to {found}"))
            .hint("run it again; if it stays, the registry or a proxy changes content"))
    }

    /// Fetches a blob of `repository` into `folder`, and holds it to its digest.
    pub async fn blob(&self, repository: &str, blob: &Descriptor, folder: &Path) -> Result<PathBuf> {
        fetch_blob(&self.client, &self.repository(repository), blob, folder, self.pause).await
    }

    /// Asks until it answers, a few times.
    pub(super) async fn patiently<T>(&self, what: &str, ask: impl AsyncFn() -> Result<T>) -> Result<T> {
        let tries = std::sync::atomic::AtomicU32::new(0);
        wait(Deadline::after(LIMIT), self.pause, what, || async {
            let count = tries.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            match ask().await {
                Ok(answer) => Ok(Observation::Ready(answer)),
                Err(failure) if count >= TRIES => Ok(Observation::Failed(failure)),
                Err(failure) => Err(failure),
            }
        })
        .await
    }
}

fn absent(name: &str) -> Failure {
    Failure::new(Kind::Tool, format!("`{name}` is not there"))
        .because("the registry says that it has no such manifest")
        .hint("bring up the environment that it comes from once more: that pushes what is missing")
}
