//! Reads from an official registry by digest. A registry that is silent, blocked or empty differs from one that answers
//! with other content.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use bytes::Bytes;
use oci_client::errors::{DigestError, OciDistributionError};

use super::{
    RegistryClient,
    blob::{PAUSE, fetch_checked},
    client::config,
    media_type::MANIFESTS,
    read_error::ReadError,
};
use crate::base::{
    digest::Digest,
    failure::{Failure, Kind, Result},
    oci::Descriptor,
};

const CONNECT: Duration = Duration::from_secs(10);
/// The limit for the time without data. A stalled registry never sends any.
const SILENCE: Duration = Duration::from_secs(20);
const HINT: &str = "compare the pin in `infra/pins.toml` with the registry: `seasense images pin --check`; a proxy may change \
                    content, then use `--supply build`";

/// An anonymous reader of one registry.
pub struct Upstream(RegistryClient);

impl Upstream {
    /// A reader of the registry at `host`.
    pub fn new(host: &str) -> Result<Self> {
        let mut config = config(host);
        (config.connect_timeout, config.read_timeout) = (Some(CONNECT), Some(SILENCE));
        Ok(Self(RegistryClient::of(host, config)?))
    }

    /// Fetches an anonymous token for `repository`, if the registry requires one.
    pub async fn authenticate(&self, repository: &str) -> Result<(), ReadError> {
        self.0.authenticate(repository).await.map_err(ReadError::Unavailable)
    }

    /// Reads the manifest or the index `digest`, and hashes it.
    pub async fn manifest(&self, repository: &str, digest: &Digest) -> Result<Bytes, ReadError> {
        let Self(RegistryClient { client, auth, host }) = self;
        let reference = self.0.reference(repository, digest).map_err(ReadError::Refused)?;
        match client.pull_manifest_raw(&reference, auth, &MANIFESTS).await {
            Ok((bytes, _)) if Digest::of(&bytes) == *digest => Ok(bytes),
            Ok((bytes, _)) => Err(mismatch(&format!("{host}/{repository}"), digest, &Digest::of(&bytes))),
            // The client compares the digest in the header, the one that was asked for, and the content.
            Err(OciDistributionError::DigestError(DigestError::VerificationError { expected, actual })) => {
                let other = if expected == **digest { actual } else { expected };
                Err(mismatch(&format!("{host}/{repository}"), digest, &other))
            }
            Err(error) => {
                let failure = Failure::new(Kind::Tool, format!("cannot read {reference}")).caused_by(&error);
                Err(ReadError::Unavailable(failure))
            }
        }
    }

    /// Reads what `tag` points to now.
    pub async fn resolve(&self, repository: &str, tag: &str) -> Result<Bytes> {
        self.0.authenticate(repository).await?;
        Ok(self.0.manifest(repository, tag, &MANIFESTS).await?.0)
    }

    /// Downloads `blob` of `repository` into `folder`. Returns the path of the file.
    pub async fn fetch(
        &self,
        repository: &str,
        blob: &Descriptor,
        folder: &Path,
    ) -> Result<PathBuf, ReadError> {
        fetch_checked(&self.0, repository, blob, folder, PAUSE).await
    }
}

fn mismatch(from: &str, expected: &Digest, found: &str) -> ReadError {
    ReadError::Refused(
        Failure::new(Kind::Tool, format!("digest mismatch in a manifest of {from}"))
            .because(format!("{expected} was asked for, the registry answered with {found}"))
            .hint(HINT),
    )
}
