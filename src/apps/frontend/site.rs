//! The built page in memory. Only files that existed at the start can be served.
//!
//! Entity tags are hashes of the content, not times: all files of an image layer have the same time, so a
//! comparison of times would report a new page as unchanged.

use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
};

use axum::{body::Bytes, http::HeaderValue};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

use crate::media;

/// Maximum size of the page, which must fit into the pod's memory.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The reason why a directory cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// A file or directory cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The directory lacks a required file.
    #[error("{root} does not contain {name}; build the page first")]
    Missing {
        /// The directory.
        root: PathBuf,
        /// The missing file.
        name: &'static str,
    },
    /// The directory contains more than 64 MiB.
    #[error("{0} contains more than 64 MiB, so it is not the built page")]
    TooLarge(PathBuf),
}

/// One representation of a file: its bytes and their entity tag.
#[derive(Debug, Clone)]
pub struct Variant {
    /// The response body.
    pub body: Bytes,
    /// A strong entity tag.
    pub tag: HeaderValue,
}

/// A file as it is served.
#[derive(Debug)]
pub struct Asset {
    /// Its media type.
    pub media_type: &'static str,
    /// Its `Cache-Control`.
    pub cache_control: &'static str,
    /// The uncompressed representation.
    pub plain: Variant,
    /// The compressed representation, if it is smaller.
    pub gzip: Option<Variant>,
}

/// Every file of the page, by the path it is served under.
#[derive(Debug)]
pub struct Site {
    assets: BTreeMap<String, Asset>,
}

impl Site {
    /// Reads a directory, which must contain `index.html` and `404.html`.
    pub fn load(root: &Path) -> Result<Self, SiteError> {
        let mut files = BTreeMap::new();
        read_dir(root, "", &mut 0, &mut files)?;
        for name in ["index.html", "404.html"] {
            if !files.contains_key(&format!("/{name}")) {
                return Err(SiteError::Missing { root: root.to_owned(), name });
            }
        }
        Ok(Self {
            assets: files.into_iter().map(|(path, body)| (path.clone(), asset(&path, body))).collect(),
        })
    }

    /// Returns the file at a request's path; `/` is `/index.html`.
    pub fn find(&self, path: &str) -> Option<&Asset> {
        self.assets.get(if path == "/" { "/index.html" } else { path })
    }

    /// Returns the page for a path that does not exist.
    pub fn not_found(&self) -> Option<&Asset> {
        self.assets.get("/404.html")
    }

    /// Returns the number of files.
    pub fn len(&self) -> usize {
        self.assets.len()
    }

    /// Returns the uncompressed size of all files.
    pub fn bytes(&self) -> usize {
        self.assets.values().map(|asset| asset.plain.body.len()).sum()
    }
}

fn read_dir(
    dir: &Path,
    prefix: &str,
    total: &mut u64,
    files: &mut BTreeMap<String, Bytes>,
) -> Result<(), SiteError> {
    let failed = |source| SiteError::Read { path: dir.to_owned(), source };
    for entry in std::fs::read_dir(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        let path = entry.path();
        let served = format!("{prefix}/{}", entry.file_name().to_string_lossy());
        if kind.is_dir() {
            read_dir(&path, &served, total, files)?;
        } else if kind.is_file() {
            let read = |source| SiteError::Read { path: path.clone(), source };
            *total += entry.metadata().map_err(read)?.len();
            if *total > MAX_BYTES {
                return Err(SiteError::TooLarge(dir.to_owned()));
            }
            files.insert(served, std::fs::read(&path).map_err(read)?.into());
        }
    }
    Ok(())
}

fn asset(path: &str, body: Bytes) -> Asset {
    let media_type = media::media_type(path);
    let hash = hex::encode(&Sha256::digest(&body)[..16]);
    let gzip = media::compressible(media_type).then(|| compress(&body)).flatten();
    Asset {
        media_type,
        cache_control: media::cache_control(path),
        gzip: gzip.map(|body| Variant { body, tag: tag(&format!("{hash}-gzip")) }),
        plain: Variant { body, tag: tag(&hash) },
    }
}

/// Compresses a body; `None` if the result is not smaller.
fn compress(body: &Bytes) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).ok()?;
    let compressed = encoder.finish().ok()?;
    (compressed.len() < body.len()).then(|| compressed.into())
}

fn tag(name: &str) -> HeaderValue {
    // Hexadecimal digits and a suffix in quotes are always a valid header value.
    HeaderValue::from_str(&format!("\"{name}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

#[cfg(test)]
#[path = "site_tests.rs"]
mod tests;
