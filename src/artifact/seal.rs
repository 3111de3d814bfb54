//! Seals files into an OCI artifact's bytes: a gzipped tar, a config and a manifest, the same for the same files everywhere.

use std::{collections::BTreeMap, io::Write};

use flate2::{Compression, GzBuilder};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::base::failure::{Context, Failure, Kind, Result};

/// Flux's media type of an artifact's config.
pub(super) const CONFIG_TYPE: &str = "application/vnd.cncf.flux.config.v1+json";
/// Flux's media type of an artifact's files.
const CONTENT_TYPE: &str = "application/vnd.cncf.flux.content.v1.tar+gzip";
/// Fixed, because another level gives other bytes and so another digest.
const LEVEL: Compression = Compression::new(6);

/// Bytes that a registry keeps under their digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// `sha256:` and 64 hex digits.
    pub digest: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Blob {
    fn new(bytes: Vec<u8>) -> Self {
        Self { digest: digest(&bytes), bytes }
    }
}

/// What a registry is given of an artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The OCI image manifest; its digest is the artifact's.
    pub manifest: Blob,
    /// The config it names.
    pub config: Blob,
    /// The files it names.
    pub layer: Blob,
}

/// Seals `files`; depends on nothing but the paths, the bytes and the annotations, which may be `null`.
pub(super) fn seal(files: &BTreeMap<&str, &[u8]>, annotations: &Value) -> Result<Sealed> {
    let tar = archive(files)?;
    let layer = Blob::new(compress(&tar)?);
    let config = Blob::new(encode(&json!({
        "architecture": "",
        "config": {},
        "os": "",
        "rootfs": {"diff_ids": [digest(&tar)], "type": "layers"},
    }))?);
    let mut manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": descriptor(CONFIG_TYPE, &config),
        "layers": [descriptor(CONTENT_TYPE, &layer)],
    });
    if annotations.is_object() {
        manifest["annotations"] = annotations.clone();
    }
    Ok(Sealed { manifest: Blob::new(encode(&manifest)?), config, layer })
}

fn archive(files: &BTreeMap<&str, &[u8]>) -> Result<Vec<u8>> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_path(path).with_context(Kind::Environment, || format!("cannot pack `{path}`"))?;
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        header.set_entry_type(tar::EntryType::Regular);
        header.set_cksum();
        builder.append(&header, *content).with_context(Kind::Internal, || format!("pack `{path}`"))?;
    }
    builder.into_inner().context(Kind::Internal, "end the archive")
}

fn compress(bytes: &[u8]) -> Result<Vec<u8>> {
    // 255 is "unknown": the header names no operating system and no time.
    let mut encoder = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), LEVEL);
    encoder.write_all(bytes).and_then(|()| encoder.finish()).context(Kind::Internal, "compress the archive")
}

fn descriptor(media_type: &str, blob: &Blob) -> Value {
    json!({"mediaType": media_type, "digest": blob.digest, "size": blob.bytes.len()})
}

fn encode(value: &Value) -> Result<Vec<u8>> {
    serde_json::to_vec(value)
        .map_err(|error| Failure::new(Kind::Internal, "encode the manifest").caused_by(&error))
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}
