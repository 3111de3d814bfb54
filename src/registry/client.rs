//! Talks to a registry in the words of the OCI distribution specification: what is there already is not sent again.

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

use crate::{
    base::{
        failure::{Context, Kind, Result},
        k8s::tls,
    },
    config::Credentials,
};

const CHUNK: usize = 256 * 1024;

/// Whether `host`, with or without a port, is this machine; only there HTTP is spoken.
pub fn is_local(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or(host);
    name == "localhost" || name.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

/// Whether the registry itself says that there is no such thing.
pub fn is_absent(error: &OciDistributionError) -> bool {
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

/// A registry.
pub struct RegistryClient {
    pub(super) host: String,
    client: Client,
    auth: RegistryAuth,
}

impl RegistryClient {
    /// The registry at `host`; on this machine it is spoken to over HTTP, elsewhere over HTTPS.
    pub fn new(host: &str) -> Result<Self> {
        tls::install();
        let protocol = if is_local(host) { ClientProtocol::Http } else { ClientProtocol::Https };
        let config = ClientConfig {
            protocol,
            use_monolithic_push: true,
            user_agent: concat!("seasense/", env!("CARGO_PKG_VERSION")),
            ..ClientConfig::default()
        };
        let client = Client::try_from(config).context(Kind::Internal, "make a registry client")?;
        Ok(Self { host: host.to_owned(), client, auth: RegistryAuth::Anonymous })
    }

    /// The same registry as somebody who has a name and a password there.
    #[must_use]
    pub fn as_user(self, credentials: Option<Credentials>) -> Self {
        let auth = credentials.map_or(RegistryAuth::Anonymous, |Credentials { user, password }| {
            RegistryAuth::Basic(user, password)
        });
        Self { auth, ..self }
    }

    /// The registry's name.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The digest of the manifest `version` (a tag or a digest) of `repository`; `None` where the registry says that it
    /// has none. That it says nothing is a failure.
    pub async fn find(&self, repository: &str, version: &str) -> Result<Option<String>> {
        let reference = self.reference(repository, version)?;
        match self.client.fetch_manifest_digest(&reference, &self.auth).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error)
                .with_context(Kind::Tool, || format!("ask {} for {repository}:{version}", self.host)),
        }
    }

    /// Whether anything that speaks the protocol answers.
    pub async fn answers(&self) -> bool {
        // Any repository will do: an unknown one is an answer too.
        let Ok(reference) = self.reference("seasense/none", "none") else { return false };
        match self.client.fetch_manifest_digest(&reference, &self.auth).await {
            Err(OciDistributionError::RequestError(_)) => false,
            Err(OciDistributionError::ServerError { code, .. }) => code < 500,
            Ok(_) | Err(_) => true,
        }
    }

    /// Whether `repository` has a manifest with `digest`.
    pub async fn has(&self, repository: &str, digest: &str) -> bool {
        let Ok(reference) = self.reference(repository, digest) else { return false };
        let found = self.client.fetch_manifest_digest(&reference, &self.auth).await;
        found.is_ok_and(|found| found == digest)
    }

    /// The digest that `tag` of `repository` points to, if it is there.
    pub async fn digest_of(&self, repository: &str, tag: &str) -> Option<String> {
        let reference = self.reference(repository, tag).ok()?;
        self.client.fetch_manifest_digest(&reference, &self.auth).await.ok()
    }

    /// Whether `repository` has the blob with `digest`.
    pub async fn has_blob(&self, repository: &str, digest: &str) -> Result<bool> {
        let reference = self.known(repository).await?;
        let exists = self.client.blob_exists(&reference, digest).await;
        exists.with_context(Kind::Tool, || format!("ask {} for a blob of {repository}", self.host))
    }

    /// Pushes the file `path`, whose digest is `digest`, to `repository`; gives whether it had to be sent.
    pub async fn push_file(&self, repository: &str, digest: &str, path: &Path) -> Result<bool> {
        let what = || format!("push `{}` to {}/{repository}", path.display(), self.host);
        if self.has_blob(repository, digest).await? {
            return Ok(false);
        }
        let reference = self.known(repository).await?;
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

    /// Pushes a small blob.
    pub async fn push_bytes(&self, repository: &str, digest: &str, bytes: &[u8]) -> Result<()> {
        let what = || format!("push a blob to {}/{repository}", self.host);
        let reference = self.known(repository).await?;
        if !self.has_blob(repository, digest).await? {
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
        let what = || format!("push the manifest {}/{repository}:{tag}", self.host);
        let kind = HeaderValue::from_str(media_type).with_context(Kind::Internal, what)?;
        let reference = self.reference(repository, tag)?;
        let bytes = Bytes::copy_from_slice(manifest);
        self.sign_in(&reference).await;
        self.client.push_manifest_raw(&reference, bytes, kind).await.with_context(Kind::Tool, what).map(drop)
    }

    /// Fetches an anonymous token where the registry wants one, for reading `repository`.
    pub async fn authenticate(&self, repository: &str) -> Result<()> {
        let reference = self.reference(repository, "latest")?;
        let token = self.client.auth(&reference, &self.auth, RegistryOperation::Pull).await;
        token
            .with_context(Kind::Tool, || format!("ask {} for leave to read {repository}", self.host))
            .map(drop)
    }

    /// Reads a manifest by tag or digest: its bytes and the digest the registry gives.
    pub async fn manifest(
        &self,
        repository: &str,
        version: &str,
        accepted: &[&str],
    ) -> Result<(Bytes, String)> {
        let reference = self.reference(repository, version)?;
        let read = self.client.pull_manifest_raw(&reference, &self.auth, accepted).await;
        read.with_context(Kind::Tool, || format!("read the manifest {}/{repository}:{version}", self.host))
    }

    /// Writes the blob with `digest` of `repository` to `out`, without looking whether its content is right.
    pub async fn read_blob<W: tokio::io::AsyncWrite + Unpin>(
        &self,
        repository: &str,
        digest: &str,
        out: &mut W,
    ) -> std::result::Result<(), OciDistributionError> {
        use futures_util::TryStreamExt;
        use tokio::io::AsyncWriteExt;
        let reference: Reference = format!("{}/{repository}@{digest}", self.host)
            .parse()
            .map_err(|_| OciDistributionError::GenericError(Some(format!("`{digest}` is no digest"))))?;
        let mut blob = self.client.pull_blob_stream(&reference, digest).await?;
        while let Some(part) = blob.try_next().await? {
            out.write_all(&part).await?;
        }
        out.flush().await?;
        Ok(())
    }

    /// Somewhere in `repository`, for a request that proves who asks.
    async fn known(&self, repository: &str) -> Result<Reference> {
        let reference = self.reference(repository, "blob")?;
        self.sign_in(&reference).await;
        Ok(reference)
    }

    /// The client proves who asks only once it was told; to ask nobody's leave for nothing costs a request each time.
    async fn sign_in(&self, reference: &Reference) {
        if self.auth != RegistryAuth::Anonymous {
            self.client.store_auth_if_needed(reference.resolve_registry(), &self.auth).await;
        }
    }

    fn reference(&self, repository: &str, version: &str) -> Result<Reference> {
        let separator = if version.contains(':') { '@' } else { ':' };
        let text = format!("{}/{repository}{separator}{version}", self.host);
        text.parse().with_context(Kind::Internal, || format!("`{text}` is not a reference"))
    }
}
