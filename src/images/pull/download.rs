//! Downloads a pinned program: to a temporary file, verified, then renamed. Nothing half-written is ever used.

use std::{
    io::{Read, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use flate2::read::GzDecoder;
use futures_util::StreamExt;
use sha2::{Digest as _, Sha256};

use crate::{
    base::{
        digest::Digest,
        failure::{Context, Failure, Kind, Result},
        http::{client_for_url, is_loopback},
        k8s::tls,
    },
    config::infra::Versions,
    registry::ReadError,
};

const CONNECT: Duration = Duration::from_secs(10);
/// The limit for the time without data.
const SILENCE: Duration = Duration::from_secs(20);

/// A released file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// Its address.
    pub url: String,
    /// The digest of the file.
    pub digest: Digest,
    /// The program in the file, if the file is a gzipped archive.
    pub member: Option<String>,
}

impl Download {
    /// Writes the program to `path`, executable.
    pub async fn fetch(&self, path: &Path) -> Result<(), ReadError> {
        let folder = path.parent().unwrap_or(path);
        let what = || format!("cannot write `{}`", path.display());
        let made = std::fs::create_dir_all(folder).and_then(|()| tempfile::NamedTempFile::new_in(folder));
        let mut file = made.with_context(Kind::Tool, what).map_err(ReadError::Refused)?;
        let found = self.stream(&mut file).await?;
        if found.digest != self.digest || !found.complete {
            return Err(ReadError::Refused(self.mismatch(&found)));
        }
        self.place(file, path).with_context(Kind::Tool, what).map_err(ReadError::Refused)
    }

    /// Writes the response to `out`. A server that never sends anything is unavailable.
    async fn stream(&self, out: &mut impl Write) -> Result<Found, ReadError> {
        let what = || format!("cannot download `{}`", self.url);
        let mut body = open(&self.url).await.map_err(ReadError::Unavailable)?.bytes_stream();
        let (mut hash, mut size, mut complete) = (Sha256::new(), 0, true);
        while let Some(chunk) = body.next().await {
            let Ok(chunk) = chunk else {
                complete = false;
                break;
            };
            hash.update(&chunk);
            size += chunk.len() as u64;
            out.write_all(&chunk).with_context(Kind::Tool, what).map_err(ReadError::Refused)?;
        }
        Ok(Found { digest: Digest::from_hash(hash), size, complete })
    }

    /// Moves the verified file, or the program in it, to `path`.
    fn place(&self, file: tempfile::NamedTempFile, path: &Path) -> std::io::Result<()> {
        let file = match &self.member {
            None => file,
            Some(member) => unpack(file.path(), member, path.parent().unwrap_or(path))?,
        };
        std::fs::set_permissions(file.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    }

    fn mismatch(&self, found: &Found) -> Failure {
        let state = if found.complete { "has other content than its pin" } else { "ended early" };
        Failure::new(Kind::Tool, format!("the download of `{}` {state}", self.url))
            .because(format!(
                "{} is pinned, the {} bytes that arrived have {}",
                self.digest, found.size, found.digest
            ))
            .hint("run the command again; if it fails again, a proxy changes content: use `--supply build`")
    }
}

struct Found {
    digest: Digest,
    size: u64,
    complete: bool,
}

/// Returns the digest of the file at `url`, which is not stored.
pub async fn digest_of_file(url: &str) -> Result<Digest> {
    let mut body = open(url).await?.bytes_stream();
    let mut hash = Sha256::new();
    while let Some(chunk) = body.next().await {
        hash.update(&chunk.with_context(Kind::Tool, || format!("cannot download `{url}`"))?);
    }
    Ok(Digest::from_hash(hash))
}

async fn open(url: &str) -> Result<reqwest::Response> {
    tls::install();
    let client = client_for_url(url).connect_timeout(CONNECT).read_timeout(SILENCE).build();
    let client = client.context(Kind::Internal, "cannot create an HTTP client")?;
    let answer = client.get(url).send().await.and_then(reqwest::Response::error_for_status);
    answer.with_context(Kind::Tool, || format!("cannot download `{url}`"))
}

/// Extracts `member` of the gzipped archive `file` to a temporary file in `folder`.
fn unpack(file: &Path, member: &str, folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut archive = tar::Archive::new(GzDecoder::new(std::fs::File::open(file)?));
    for entry in archive.entries()? {
        let mut entry = entry?;
        if entry.path()?.as_ref() == Path::new(member) {
            let mut out = tempfile::NamedTempFile::new_in(folder)?;
            std::io::copy(&mut entry.by_ref(), &mut out)?;
            return Ok(out);
        }
    }
    Err(std::io::Error::new(std::io::ErrorKind::NotFound, format!("the archive has no `{member}`")))
}

/// The address of `url` at the mirror of its host, if `versions` names one.
pub fn mirrored(url: &str, versions: &Versions) -> String {
    let Some((host, rest)) = url.strip_prefix("https://").and_then(|rest| rest.split_once('/')) else {
        return url.to_owned();
    };
    match versions.mirrors.get(host) {
        Some(mirror) if is_loopback(mirror) => format!("http://{mirror}/{rest}"),
        Some(mirror) => format!("https://{mirror}/{rest}"),
        None => url.to_owned(),
    }
}

/// The place of a downloaded program in the cache.
pub fn place(cache: &Path, name: &str, digest: &Digest) -> PathBuf {
    // The digest in the path keeps programs of several checkouts and platforms apart.
    cache.join("programs").join(&digest.hex()[..16]).join(name)
}

#[cfg(test)]
#[path = "download_tests.rs"]
mod tests;
