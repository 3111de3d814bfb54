//! The built page in memory: it is small, and a path that was not found at the start can never be reached.
//!
//! Files are told apart by the hash of their content, not by their time: image layers give every file the same time,
//! so a server that compares times would call a new page unchanged.

use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
};

use axum::{body::Bytes, http::HeaderValue};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

use crate::media;

/// The page must fit into the pod's memory; a folder beyond this is not our page.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// Why a folder cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// A file or folder that cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The folder lacks a file without which there is no page.
    #[error("{root} holds no {name}; build the page first")]
    Missing {
        /// The folder.
        root: PathBuf,
        /// The file.
        name: &'static str,
    },
    /// The folder holds more than 64 MiB.
    #[error("{0} holds more than 64 MiB; it is not the built page")]
    TooLarge(PathBuf),
}

/// One representation of a file: its bytes and the tag that names them.
#[derive(Debug, Clone)]
pub struct Variant {
    /// What is sent.
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
    /// As it is on disk.
    pub plain: Variant,
    /// Compressed, where that pays.
    pub gzip: Option<Variant>,
}

/// Every file of the page, by the path it is served under.
#[derive(Debug)]
pub struct Site {
    assets: BTreeMap<String, Asset>,
}

impl Site {
    /// Reads a folder; needs `index.html` and `404.html` in it.
    pub fn load(root: &Path) -> Result<Self, SiteError> {
        let mut files = BTreeMap::new();
        read_folder(root, "", &mut 0, &mut files)?;
        for name in ["index.html", "404.html"] {
            if !files.contains_key(&format!("/{name}")) {
                return Err(SiteError::Missing { root: root.to_owned(), name });
            }
        }
        Ok(Self {
            assets: files.into_iter().map(|(path, body)| (path.clone(), asset(&path, body))).collect(),
        })
    }

    /// The file under a request's path; `/` is `/index.html`.
    pub fn find(&self, path: &str) -> Option<&Asset> {
        self.assets.get(if path == "/" { "/index.html" } else { path })
    }

    /// What is shown where nothing is.
    pub fn not_found(&self) -> Option<&Asset> {
        self.assets.get("/404.html")
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.assets.len()
    }

    /// Their size, uncompressed.
    pub fn bytes(&self) -> usize {
        self.assets.values().map(|asset| asset.plain.body.len()).sum()
    }
}

fn read_folder(
    folder: &Path,
    prefix: &str,
    total: &mut u64,
    files: &mut BTreeMap<String, Bytes>,
) -> Result<(), SiteError> {
    let failed = |source| SiteError::Read { path: folder.to_owned(), source };
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        let path = entry.path();
        let served = format!("{prefix}/{}", entry.file_name().to_string_lossy());
        if kind.is_dir() {
            read_folder(&path, &served, total, files)?;
        } else if kind.is_file() {
            let read = |source| SiteError::Read { path: path.clone(), source };
            *total += entry.metadata().map_err(read)?.len();
            if *total > MOST_BYTES {
                return Err(SiteError::TooLarge(folder.to_owned()));
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

/// `None` where compression saves nothing.
fn compress(body: &Bytes) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).ok()?;
    let compressed = encoder.finish().ok()?;
    (compressed.len() < body.len()).then(|| compressed.into())
}

fn tag(name: &str) -> HeaderValue {
    // Hexadecimal digits and a word in quotes are always a legal header value.
    HeaderValue::from_str(&format!("\"{name}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

#[cfg(test)]
#[path = "site_tests.rs"]
mod tests;
