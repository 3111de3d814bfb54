//! The configuration and the manifest of an image, in the words of the OCI image specification.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{LAYER_MEDIA_TYPE, Layer, sha256_hex};

/// The media type of a manifest.
pub const MANIFEST_MEDIA_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG_MEDIA_TYPE: &str = "application/vnd.oci.image.config.v1+json";
/// Images are compared by digest, so their making has no hour.
const CREATED: &str = "1970-01-01T00:00:00Z";

/// How an image runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Process {
    /// `uid` or `uid:gid`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// `NAME=value`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// What runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entrypoint: Vec<String>,
    /// Default arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cmd: Vec<String>,
    /// The folder it starts in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
    /// Labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The signal that asks it to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_signal: Option<String>,
}

/// An image's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageConfig {
    /// When it was made.
    pub created: String,
    /// `amd64`.
    pub architecture: String,
    /// `linux`.
    pub os: String,
    /// How it runs.
    pub config: Process,
    /// What it is made of.
    pub rootfs: Rootfs,
}

/// The layers of a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rootfs {
    /// `layers`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Digests of the layers before compression, lowest first.
    pub diff_ids: Vec<String>,
}

/// A reference to a blob.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What it is.
    pub media_type: String,
    /// Its digest.
    pub digest: String,
    /// Its number of bytes.
    pub size: u64,
}

/// An image's manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageManifest {
    /// Always 2.
    pub schema_version: u32,
    /// [`MANIFEST_MEDIA_TYPE`], or Docker's name of the same.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub media_type: String,
    /// The configuration.
    pub config: Descriptor,
    /// The layers, lowest first.
    pub layers: Vec<Descriptor>,
}

/// Makes configuration and manifest of `layers`, lowest first; both as the bytes whose hashes are their digests.
pub fn assemble(process: &Process, layers: &[Layer]) -> serde_json::Result<(Vec<u8>, Vec<u8>)> {
    let config = serde_json::to_vec(&ImageConfig {
        created: CREATED.to_owned(),
        architecture: "amd64".to_owned(),
        os: "linux".to_owned(),
        config: process.clone(),
        rootfs: Rootfs {
            kind: "layers".to_owned(),
            diff_ids: layers.iter().map(|layer| layer.diff_id.clone()).collect(),
        },
    })?;
    let manifest = serde_json::to_vec(&ImageManifest {
        schema_version: 2,
        media_type: MANIFEST_MEDIA_TYPE.to_owned(),
        config: Descriptor {
            media_type: CONFIG_MEDIA_TYPE.to_owned(),
            digest: format!("sha256:{}", sha256_hex(&config)),
            size: config.len() as u64,
        },
        layers: layers
            .iter()
            .map(|layer| Descriptor {
                media_type: LAYER_MEDIA_TYPE.to_owned(),
                digest: layer.digest.clone(),
                size: layer.size,
            })
            .collect(),
    })?;
    Ok((config, manifest))
}
