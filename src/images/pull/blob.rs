//! Fetches one blob: hashed on its way, refused and deleted when it is not what its digest says.

use std::{
    path::{Path, PathBuf},
    pin::Pin,
    task::{Context as Task, Poll},
    time::Duration,
};

use oci_client::errors::{DigestError, OciDistributionError};
use sha2::{Digest, Sha256};
use tokio::{fs::File, io::AsyncWrite};

use crate::{
    base::{
        failure::{Context, Failure, Kind, Result},
        wait::{Deadline, Observation, wait},
    },
    images::oci::Descriptor,
    registry::{RegistryClient, is_absent},
};

/// Registries limit how fast one may ask; a pause in between is what they ask for.
pub(super) const PAUSE: Duration = Duration::from_secs(2);
const TRIES: u32 = 4;
const LIMIT: Duration = Duration::from_mins(30);

/// Downloads `blob` of `repository` into `folder` and gives the file.
///
/// Connections that break are tried again after `pause`. Content that does not hash to the digest is deleted and never
/// used; a blob that the registry does not have is no matter of trying.
pub async fn fetch(
    client: &RegistryClient,
    repository: &str,
    blob: &Descriptor,
    folder: &Path,
    pause: Duration,
) -> Result<PathBuf> {
    let path = folder.join(blob.digest.replace(':', "-"));
    let tries = std::sync::atomic::AtomicU32::new(0);
    let what = format!("fetch {} of {repository}", blob.digest);
    wait(Deadline::after(LIMIT), pause, &what, || async {
        let count = tries.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        match attempt(client, repository, blob, &path).await {
            Ok(()) => Ok(Observation::Ready(path.clone())),
            Err(Broken::Absent(failure)) => Ok(Observation::Failed(failure)),
            Err(Broken::Content(found)) => Ok(Observation::Failed(mismatch(repository, blob, &found))),
            Err(Broken::Transport(failure)) if count >= TRIES => Ok(Observation::Failed(failure)),
            Err(Broken::Transport(failure)) => Err(failure),
        }
    })
    .await
}

enum Broken {
    /// The registry says that there is no such blob.
    Absent(Failure),
    /// The connection, the registry or the disk.
    Transport(Failure),
    /// The content; its digest.
    Content(String),
}

async fn attempt(
    client: &RegistryClient,
    repository: &str,
    blob: &Descriptor,
    path: &Path,
) -> Result<(), Broken> {
    let what = || format!("fetch {} of {repository}", blob.digest);
    let file = File::create(path).await.with_context(Kind::Tool, what).map_err(Broken::Transport)?;
    let mut out = Hashing { file, hash: Sha256::new() };
    let read = client.read_blob(repository, &blob.digest, &mut out).await;
    let found = format!("sha256:{}", hex::encode(out.hash.finalize()));
    match read {
        Ok(()) if found == blob.digest => Ok(()),
        Ok(()) => {
            remove(path).await;
            Err(Broken::Content(found))
        }
        Err(error) => {
            remove(path).await;
            if is_about_content(&error) {
                return Err(Broken::Content(found));
            }
            let failure = Failure::new(Kind::Tool, what()).caused_by(&error);
            Err(if is_absent(&error) { Broken::Absent(failure) } else { Broken::Transport(failure) })
        }
    }
}

/// The client hashes as well and may see it first.
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
    // Nothing uses the file: it is written again from its beginning, and its folder goes in the end.
    let _ = tokio::fs::remove_file(path).await;
}

fn mismatch(repository: &str, blob: &Descriptor, found: &str) -> Failure {
    Failure::new(Kind::Tool, format!("digest mismatch in {repository}: the content was refused and deleted"))
        .because(format!("{} was asked for, the bytes hash to {found}", blob.digest))
        .hint("run it again; if it stays, a proxy or the registry changes content: use `--supply build`")
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
    use crate::images::oci::sha256_hex;

    /// A registry that answers each request with the next of `bodies`; `None` breaks the connection.
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
            digest: format!("sha256:{}", sha256_hex(b"content")),
            size: 7,
        };
        let client = upstream(bodies).await;
        let fetched = fetch(&client, "a/b", &blob, folder.path(), Duration::from_millis(1)).await;
        let left = std::fs::read_dir(folder.path()).unwrap();
        (fetched, left.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect())
    }

    #[tokio::test]
    async fn a_broken_connection_is_tried_again() {
        let (fetched, left) = fetch_from(vec![None, Some("content")]).await;
        assert!(fetched.is_ok(), "{fetched:?}");
        assert_eq!(left.len(), 1);
    }

    #[tokio::test]
    async fn content_that_does_not_match_its_digest_is_refused_and_deleted() {
        let (fetched, left) = fetch_from(vec![Some("c0ntent")]).await;
        let failure = fetched.unwrap_err();
        assert!(failure.message.starts_with("digest mismatch in a/b"), "{failure:?}");
        assert_eq!((failure.kind, left.len()), (Kind::Tool, 0));
    }

    #[tokio::test]
    async fn a_registry_that_stays_broken_is_given_up() {
        let (fetched, left) = fetch_from(vec![None; TRIES as usize]).await;
        assert_eq!((fetched.unwrap_err().kind, left.len()), (Kind::Tool, 0));
    }
}
