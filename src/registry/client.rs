//! The client for the OCI distribution API. Content that the registry already has is not sent again.

use std::path::Path;

use bytes::Bytes;
use futures_util::stream;
use oci_client::{
    Client, Reference, RegistryOperation,
    client::{ClientConfig, ClientProtocol},
    errors::{OciDistributionError, OciErrorCode},
    secrets::RegistryAuth,
};
use reqwest::header::HeaderValue;
use tokio::io::AsyncReadExt;

use super::ImageRef;

use crate::{
    base::{
        digest::Digest,
        failure::{Context, Failure, Kind, Result},
        http::is_loopback,
        k8s::tls,
    },
    config::{Credentials, registry_credentials},
};

const CHUNK: usize = 256 * 1024;

/// The URL scheme for `host`.
pub(super) fn scheme(host: &str) -> &'static str {
    if is_loopback(host) { "http" } else { "https" }
}

/// Whether the registry itself reports that the manifest, blob or repository does not exist.
pub(super) fn is_absent(error: &OciDistributionError) -> bool {
    let absent = |code: &OciErrorCode| {
        matches!(
            code,
            OciErrorCode::ManifestUnknown
                | OciErrorCode::NameUnknown
                | OciErrorCode::BlobUnknown
                | OciErrorCode::NotFound
        )
    };
    match error {
        OciDistributionError::RegistryError { envelope, .. } => {
            envelope.errors.iter().any(|error| absent(&error.code))
        }
        OciDistributionError::ServerError { code, .. } => *code == 404,
        OciDistributionError::ImageManifestNotFoundError(_) => true,
        _ => false,
    }
}

/// Every name and every address, for `no_proxy`.
const EVERYTHING: &str = "*,0.0.0.0/0,::/0";

/// The settings of the client for `host`.
pub(super) fn config(host: &str) -> ClientConfig {
    let mut config = ClientConfig {
        protocol: ClientProtocol::Https,
        use_monolithic_push: true,
        user_agent: concat!("seasense/", env!("CARGO_PKG_VERSION")),
        ..ClientConfig::default()
    };
    if is_loopback(host) {
        config.protocol = ClientProtocol::Http;
        // The client reads the proxies of the user's shell unless it is given one. This one is used for no host.
        config.http_proxy = Some("http://127.0.0.1:9".to_owned());
        config.no_proxy = Some(EVERYTHING.to_owned());
    }
    config
}

/// A client for one registry.
pub struct RegistryClient {
    pub(super) host: String,
    pub(super) client: Client,
    pub(super) auth: RegistryAuth,
}

impl RegistryClient {
    /// Creates an anonymous client for the registry at `host`: plain HTTP on this machine, HTTPS elsewhere.
    pub fn new(host: &str) -> Result<Self> {
        Self::of(host, config(host))
    }

    pub(super) fn of(host: &str, config: ClientConfig) -> Result<Self> {
        tls::install();
        let client = Client::try_from(config).context(Kind::Internal, "cannot create a registry client")?;
        Ok(Self { host: host.to_owned(), client, auth: RegistryAuth::Anonymous })
    }

    /// Creates a client that logs in with the credentials this machine has for `host`; anonymous if it has
    /// none.
    pub fn with_login(host: &str) -> Result<Self> {
        Ok(Self::new(host)?.log_in_as(registry_credentials(host)?))
    }

    #[must_use]
    fn log_in_as(self, credentials: Option<Credentials>) -> Self {
        let auth = credentials.map_or(RegistryAuth::Anonymous, |Credentials { user, password }| {
            RegistryAuth::Basic(user, password)
        });
        Self { auth, ..self }
    }

    /// The host name of the registry, with its port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the digest of the manifest `version` (a tag or a digest) of `repository`; `None` if the registry
    /// reports that it does not exist. A registry that does not respond is an error.
    pub async fn find(&self, repository: &str, version: &str) -> Result<Option<Digest>> {
        let reference = self.reference(repository, version)?;
        match self.client.fetch_manifest_digest(&reference, &self.auth).await {
            Ok(found) => found
                .parse()
                .map(Some)
                .with_context(Kind::Tool, || format!("cannot read the digest of {reference}")),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error).with_context(Kind::Tool, || format!("cannot look up {reference}")),
        }
    }

    /// Whether a registry responds at the host.
    pub async fn responds(&self) -> bool {
        // Any repository works: the error for an unknown one is a response too.
        let Ok(reference) = self.reference("seasense/none", "none") else { return false };
        match self.client.fetch_manifest_digest(&reference, &self.auth).await {
            Err(OciDistributionError::RequestError(_)) => false,
            Err(OciDistributionError::ServerError { code, .. }) => code < 500,
            Ok(_) | Err(_) => true,
        }
    }

    /// Whether `repository` has a manifest with `digest`.
    pub async fn has(&self, repository: &str, digest: &Digest) -> bool {
        let Ok(reference) = self.reference(repository, digest) else { return false };
        let found = self.client.fetch_manifest_digest(&reference, &self.auth).await;
        found.is_ok_and(|found| **digest == *found)
    }

    /// Returns the digest that `tag` of `repository` points to, if it can be read.
    pub async fn digest_of(&self, repository: &str, tag: &str) -> Option<Digest> {
        let reference = self.reference(repository, tag).ok()?;
        self.client.fetch_manifest_digest(&reference, &self.auth).await.ok()?.parse().ok()
    }

    /// Whether `repository` has the blob with `digest`.
    pub async fn has_blob(&self, repository: &str, digest: &Digest) -> Result<bool> {
        let reference = self.logged_in(repository).await?;
        let exists = self.client.blob_exists(&reference, digest).await;
        exists.with_context(Kind::Tool, || format!("cannot look up a blob of {}/{repository}", self.host))
    }

    /// Pushes the file `path` with the digest `digest` to `repository`. Returns whether it was sent.
    pub async fn push_file(&self, repository: &str, digest: &Digest, path: &Path) -> Result<bool> {
        let what = || format!("cannot push `{}` to {}/{repository}", path.display(), self.host);
        if self.has_blob(repository, digest).await? {
            return Ok(false);
        }
        let reference = self.logged_in(repository).await?;
        let file = tokio::fs::File::open(path).await.with_context(Kind::Tool, what)?;
        let size = file.metadata().await.with_context(Kind::Tool, what)?.len();
        let chunks = stream::try_unfold(file, |mut file| async move {
            let mut buffer = vec![0; CHUNK];
            let length = file.read(&mut buffer).await?;
            buffer.truncate(length);
            Ok::<_, OciDistributionError>((length > 0).then(|| (Bytes::from(buffer), file)))
        });
        let pushed = self.client.push_blob_stream(&reference, chunks, digest, Some(size)).await;
        pushed.with_context(Kind::Tool, what).map(|_| true)
    }

    /// Pushes a small blob, unless the registry has it.
    pub async fn push_bytes(&self, repository: &str, digest: &Digest, bytes: &[u8]) -> Result<()> {
        let what = || format!("cannot push a blob to `{}/{repository}`", self.host);
        if !self.has_blob(repository, digest).await? {
            let reference = self.logged_in(repository).await?;
            let bytes = Bytes::copy_from_slice(bytes);
            self.client.push_blob(&reference, bytes, digest).await.with_context(Kind::Tool, what)?;
        }
        Ok(())
    }

    /// Pushes a manifest under `tag`.
    pub async fn push_manifest(
        &self,
        repository: &str,
        tag: &str,
        media_type: &str,
        manifest: &[u8],
    ) -> Result<()> {
        let what = || format!("cannot push the manifest {}/{repository}:{tag}", self.host);
        let kind = HeaderValue::from_str(media_type).with_context(Kind::Internal, what)?;
        let reference = self.reference(repository, tag)?;
        let bytes = Bytes::copy_from_slice(manifest);
        self.log_in(&reference).await;
        self.client.push_manifest_raw(&reference, bytes, kind).await.with_context(Kind::Tool, what).map(drop)
    }

    /// Fetches an anonymous token for reading `repository`, if the registry requires one.
    pub async fn authenticate(&self, repository: &str) -> Result<()> {
        let reference = self.reference(repository, "latest")?;
        let token = self.client.auth(&reference, &self.auth, RegistryOperation::Pull).await;
        token
            .with_context(Kind::Tool, || format!("cannot get a token for {}/{repository}", self.host))
            .map(drop)
    }

    /// Reads a manifest by tag or digest. Returns its bytes and the digest that the registry reports.
    pub async fn manifest(
        &self,
        repository: &str,
        version: &str,
        accepted: &[&str],
    ) -> Result<(Bytes, Digest)> {
        let reference = self.reference(repository, version)?;
        let read = self.client.pull_manifest_raw(&reference, &self.auth, accepted).await;
        let what = || format!("cannot read the manifest {reference}");
        let (bytes, digest) = read.with_context(Kind::Tool, what)?;
        Ok((bytes, digest.parse().with_context(Kind::Tool, what)?))
    }

    /// Writes the blob `digest` of `repository` to `out`. The caller verifies the content.
    pub async fn read_blob<W: tokio::io::AsyncWrite + Unpin>(
        &self,
        repository: &str,
        digest: &Digest,
        out: &mut W,
    ) -> Result<()> {
        let read = self.stream_blob(repository, digest, out).await;
        read.with_context(Kind::Tool, || {
            format!("cannot read the blob {digest} of {}/{repository}", self.host)
        })
    }

    /// Like `read_blob`, with the client's error, which distinguishes an absent blob from a failed connection.
    pub(super) async fn stream_blob<W: tokio::io::AsyncWrite + Unpin>(
        &self,
        repository: &str,
        digest: &Digest,
        out: &mut W,
    ) -> std::result::Result<(), OciDistributionError> {
        use futures_util::TryStreamExt;
        use tokio::io::AsyncWriteExt;
        let reference = Reference::with_digest(self.host.clone(), repository.to_owned(), digest.to_string());
        let mut blob = self.client.pull_blob_stream(&reference, &**digest).await?;
        while let Some(part) = blob.try_next().await? {
            out.write_all(&part).await?;
        }
        out.flush().await?;
        Ok(())
    }

    /// Returns a reference to `repository` for a blob request, after logging in.
    async fn logged_in(&self, repository: &str) -> Result<Reference> {
        let reference = self.reference(repository, "blob")?;
        self.log_in(&reference).await;
        Ok(reference)
    }

    /// Stores the credentials for blob requests. Anonymous requests skip this, because it costs a round trip
    /// each time.
    async fn log_in(&self, reference: &Reference) {
        if self.auth != RegistryAuth::Anonymous {
            self.client.store_auth_if_needed(reference.resolve_registry(), &self.auth).await;
        }
    }

    pub(super) fn reference(&self, repository: &str, version: &str) -> Result<Reference> {
        let image = match version.parse() {
            Ok(digest) => ImageRef::by_digest(&self.host, repository, digest),
            Err(_) => ImageRef::by_tag(&self.host, repository, version),
        };
        let text = image.to_string();
        text.parse().map_err(|error| {
            Failure::new(Kind::Internal, format!("invalid image reference `{text}`")).caused_by(&error)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_and_no_proxy_are_used_on_this_machine() {
        let of = |host: &str| config(host);
        assert!(matches!(of("127.0.0.1:5050").protocol, ClientProtocol::Http));
        assert_eq!(of("[::1]:5050").no_proxy.as_deref(), Some(EVERYTHING));
        assert!(matches!(of("registry.example:5000").protocol, ClientProtocol::Https));
        assert_eq!(of("registry.example:5000").http_proxy, None, "that of the user's shell is used");
    }
}
