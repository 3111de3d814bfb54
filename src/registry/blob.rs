//! Fetches one blob to a file. The content is hashed during the download and deleted if it does not match the
//! digest.

use std::{
    path::{Path, PathBuf},
    pin::Pin,
    task::{Context as Task, Poll},
    time::Duration,
};

use oci_client::errors::{DigestError, OciDistributionError};
use sha2::{Digest as _, Sha256};
use tokio::{fs::File, io::AsyncWrite};

use super::{Digest, RegistryClient, client::is_absent, read_error::ReadError};
use crate::base::{
    failure::{Context, Failure, Kind, Result},
    oci::Descriptor,
    wait::{Deadline, Observation, wait},
};

/// The pause between attempts: registries limit the rate of requests.
pub(crate) const PAUSE: Duration = Duration::from_secs(2);
const ATTEMPTS: u32 = 4;
const LIMIT: Duration = Duration::from_mins(30);

/// Downloads `blob` of `repository` into `folder`. Returns the path of the file.
///
/// Failed connections are retried after `pause`. Content that does not match the digest is deleted; a blob that
/// the registry does not have is not retried.
pub(crate) async fn fetch_blob(
    client: &RegistryClient,
    repository: &str,
    blob: &Descriptor,
    folder: &Path,
    pause: Duration,
) -> Result<PathBuf> {
    fetch_checked(client, repository, blob, folder, pause).await.map_err(ReadError::into_failure)
}

/// Like [`fetch_blob`], and tells wrong content from absent content.
pub(super) async fn fetch_checked(
    client: &RegistryClient,
    repository: &str,
    blob: &Descriptor,
    folder: &Path,
    pause: Duration,
) -> Result<PathBuf, ReadError> {
    let path = folder.join(blob.digest.replace(':', "-"));
    let attempts = std::sync::atomic::AtomicU32::new(0);
    let mismatched = std::sync::atomic::AtomicBool::new(false);
    let what = format!("fetch {} of {repository}", blob.digest);
    let fetched = wait(Deadline::after(LIMIT), pause, &what, || async {
        let count = attempts.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        match attempt(client, repository, blob, &path).await {
            Ok(()) => Ok(Observation::Ready(path.clone())),
            Err(FetchError::Absent(failure)) => Ok(Observation::Failed(failure)),
            Err(FetchError::Content(found)) => {
                mismatched.store(true, std::sync::atomic::Ordering::Relaxed);
                Ok(Observation::Failed(mismatch(repository, blob, &found)))
            }
            Err(FetchError::Transport(failure)) if count >= ATTEMPTS => Ok(Observation::Failed(failure)),
            Err(FetchError::Transport(failure)) => Err(failure),
        }
    })
    .await;
    let error = if mismatched.into_inner() { ReadError::Refused } else { ReadError::Unavailable };
    fetched.map_err(error)
}

enum FetchError {
    /// The registry reports that the blob does not exist.
    Absent(Failure),
    /// The connection, the registry or the disk failed.
    Transport(Failure),
    /// The content has this digest instead.
    Content(Digest),
}

async fn attempt(
    client: &RegistryClient,
    repository: &str,
    blob: &Descriptor,
    path: &Path,
) -> Result<(), FetchError> {
    let what = || format!("cannot fetch {} of {repository}", blob.digest);
    let file = File::create(path).await.with_context(Kind::Tool, what).map_err(FetchError::Transport)?;
    let mut out = Hashing { file, hash: Sha256::new() };
    let read = client.stream_blob(repository, &blob.digest, &mut out).await;
    let found = Digest::from_hash(out.hash);
    match read {
        Ok(()) if found == blob.digest => Ok(()),
        Ok(()) => {
            remove(path).await;
            Err(FetchError::Content(found))
        }
        Err(error) => {
            remove(path).await;
            if is_about_content(&error) {
                return Err(FetchError::Content(found));
            }
            let failure = Failure::new(Kind::Tool, what()).caused_by(&error);
            Err(if is_absent(&error) { FetchError::Absent(failure) } else { FetchError::Transport(failure) })
        }
    }
}

/// Whether the client itself found a digest mismatch: it hashes the content too.
fn is_about_content(error: &OciDistributionError) -> bool {
    match error {
        OciDistributionError::DigestError(_) => true,
        OciDistributionError::IoError(error) => {
            error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<DigestError>)
        }
        _ => false,
    }
}

async fn remove(path: &Path) {
    // The file is not used: the next attempt overwrites it, and the caller removes its directory.
    let _ = tokio::fs::remove_file(path).await;
}

fn mismatch(repository: &str, blob: &Descriptor, found: &Digest) -> Failure {
    Failure::new(Kind::Tool, format!("digest mismatch in {repository}: the content was deleted"))
        .because(format!("{} was requested, the content has {found}", blob.digest))
        .hint("run the command again; if it fails again, a proxy or the registry changes content: use `--supply build`")
}

struct Hashing {
    file: File,
    hash: Sha256,
}

impl AsyncWrite for Hashing {
    fn poll_write(
        mut self: Pin<&mut Self>,
        task: &mut Task<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        let written = Pin::new(&mut self.file).poll_write(task, bytes);
        if let Poll::Ready(Ok(length)) = written {
            self.hash.update(&bytes[..length]);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.file).poll_flush(task)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.file).poll_shutdown(task)
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    /// A registry that responds to each request with the next of `bodies`; `None` closes the connection.
    async fn upstream(bodies: Vec<Option<&'static str>>) -> RegistryClient {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            for body in bodies {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                if let Some(body) = body {
                    let head = format!(
                        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                        body.len()
                    );
                    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
                }
            }
        });
        RegistryClient::new(&host).unwrap()
    }

    async fn fetch_from(bodies: Vec<Option<&'static str>>) -> (Result<PathBuf>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let blob = Descriptor {
            media_type: "application/octet-stream".into(),
            digest: Digest::of(b"content"),
            size: 7,
        };
        let client = upstream(bodies).await;
        let fetched = fetch_blob(&client, "a/b", &blob, folder.path(), Duration::from_millis(1)).await;
        let left = std::fs::read_dir(folder.path()).unwrap();
        (fetched, left.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect())
    }

    #[tokio::test]
    async fn a_failed_connection_is_retried() {
        let (fetched, left) = fetch_from(vec![None, Some("content")]).await;
        assert!(fetched.is_ok(), "{fetched:?}");
        assert_eq!(left.len(), 1);
    }

    #[tokio::test]
    async fn content_with_another_digest_is_deleted() {
        let (fetched, left) = fetch_from(vec![Some("c0ntent")]).await;
        let failure = fetched.unwrap_err();
        assert!(failure.message.starts_with("digest mismatch in a/b"), "{failure:?}");
        assert_eq!(failure.kind, Kind::Tool);
        assert!(left.is_empty());
    }

    #[tokio::test]
    async fn retries_are_limited() {
        let (fetched, left) = fetch_from(vec![None; ATTEMPTS as usize]).await;
        assert_eq!(fetched.unwrap_err().kind, Kind::Tool);
        assert!(left.is_empty());
    }
}
