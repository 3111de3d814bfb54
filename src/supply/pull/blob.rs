//! Fetches one blob: hashed on its way, refused and deleted when it is not what its digest says.

use std::{
    path::{Path, PathBuf},
    pin::Pin,
    task::{Context as Task, Poll},
    time::Duration,
};

use sha2::{Digest, Sha256};
use tokio::{fs::File, io::AsyncWrite};

use crate::{
    failure::{Context, Failure, Kind, Result},
    k8s::{Deadline, Look, wait},
    supply::{oci::Descriptor, registry::RegistryClient},
};

/// Registries limit how fast one may ask; a pause in between is what they ask for.
const PAUSE: Duration = Duration::from_secs(2);
const TRIES: u32 = 4;
const LIMIT: Duration = Duration::from_mins(30);

/// Downloads `blob` of `repository` into `folder` and gives the file.
///
/// Connections that break are tried again. Content that does not hash to the digest is deleted and never used.
pub(super) async fn fetch(
    client: &RegistryClient,
    repository: &str,
    blob: &Descriptor,
    folder: &Path,
) -> Result<PathBuf> {
    let path = folder.join(blob.digest.replace(':', "-"));
    let tries = std::sync::atomic::AtomicU32::new(0);
    let what = format!("fetch {} of {repository}", blob.digest);
    wait(Deadline::after(LIMIT), PAUSE, &what, || async {
        let count = tries.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        match attempt(client, repository, blob, &path).await {
            Ok(()) => Ok(Look::Ready(path.clone())),
            Err(Broken::Content(found)) => Ok(Look::Failed(mismatch(repository, blob, &found))),
            Err(Broken::Transport(failure)) if count >= TRIES => Ok(Look::Failed(failure)),
            Err(Broken::Transport(failure)) => Err(failure),
        }
    })
    .await
}

enum Broken {
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
        // A client that hashes as well may have refused it first; what matters is that the bytes were whole.
        Ok(()) | Err(oci_client::errors::OciDistributionError::DigestError(_)) => {
            remove(path).await;
            Err(Broken::Content(found))
        }
        Err(error) => {
            remove(path).await;
            let broken_content = error.to_string().to_lowercase().contains("digest");
            Err(match broken_content {
                true => Broken::Content(found),
                false => Broken::Transport(Failure::new(Kind::Tool, what()).caused_by(&error)),
            })
        }
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
    fn poll_write(mut self: Pin<&mut Self>, task: &mut Task<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
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
