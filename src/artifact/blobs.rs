//! Builds the blobs of an OCI artifact: a gzipped tar, a config and a manifest. The result is reproducible.

use std::{collections::BTreeMap, io::Write};

use flate2::{Compression, GzBuilder};
use serde_json::{Value, json};

use crate::{
    base::{
        digest::Digest,
        failure::{Context, Failure, Kind, Result},
    },
    registry::media_type::OCI_MANIFEST,
};

/// Flux's media type of an artifact's config.
pub(super) const CONFIG_TYPE: &str = "application/vnd.cncf.flux.config.v1+json";
/// Flux's media type of an artifact's files.
const CONTENT_TYPE: &str = "application/vnd.cncf.flux.content.v1.tar+gzip";
/// Fixed, because another level produces other bytes and therefore another digest.
const LEVEL: Compression = Compression::new(6);

/// Content that a registry stores by digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// The digest of the bytes.
    pub digest: Digest,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Blob {
    fn new(bytes: Vec<u8>) -> Self {
        Self { digest: Digest::of(&bytes), bytes }
    }
}

/// The three blobs of one OCI artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blobs {
    /// The OCI image manifest. Its digest is the digest of the artifact.
    pub manifest: Blob,
    /// The config that the manifest references.
    pub config: Blob,
    /// The layer with the files.
    pub layer: Blob,
}

impl Blobs {
    /// Packs `files`. The result depends only on the paths, the bytes and the annotations, which may be `null`.
    pub(super) fn build(files: &BTreeMap<&str, &[u8]>, annotations: &Value) -> Result<Self> {
        let tar = archive(files)?;
        let layer = Blob::new(compress(&tar)?);
        let config = Blob::new(encode(&json!({
            "architecture": "",
            "config": {},
            "os": "",
            "rootfs": {"diff_ids": [Digest::of(&tar)], "type": "layers"},
        }))?);
        let mut manifest = json!({
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": descriptor(CONFIG_TYPE, &config),
            "layers": [descriptor(CONTENT_TYPE, &layer)],
        });
        if annotations.is_object() {
            manifest["annotations"] = annotations.clone();
        }
        Ok(Self { manifest: Blob::new(encode(&manifest)?), config, layer })
    }
}

fn archive(files: &BTreeMap<&str, &[u8]>) -> Result<Vec<u8>> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_ustar();
        header
            .set_path(path)
            .with_context(Kind::Environment, || format!("cannot pack `{path}`: the path is too long"))?;
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        header.set_entry_type(tar::EntryType::Regular);
        header.set_cksum();
        builder.append(&header, *content).with_context(Kind::Internal, || format!("cannot pack `{path}`"))?;
    }
    builder.into_inner().context(Kind::Internal, "cannot finish the archive")
}

fn compress(bytes: &[u8]) -> Result<Vec<u8>> {
    // 255 means "unknown": the header contains no operating system and no time.
    let mut encoder = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), LEVEL);
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .context(Kind::Internal, "cannot compress the archive")
}

fn descriptor(media_type: &str, blob: &Blob) -> Value {
    json!({"mediaType": media_type, "digest": blob.digest, "size": blob.bytes.len()})
}

fn encode(value: &Value) -> Result<Vec<u8>> {
    serde_json::to_vec(value)
        .map_err(|error| Failure::new(Kind::Internal, "cannot encode the manifest").caused_by(&error))
}
