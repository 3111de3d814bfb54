//! The configuration and the manifest of an image, as defined by the OCI image specification.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{LAYER_MEDIA_TYPE, Layer};
use crate::base::{digest::Digest, platform::Platform};

/// The media type of an OCI image manifest, also used for artifacts.
pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG_MEDIA_TYPE: &str = "application/vnd.oci.image.config.v1+json";
/// Images are compared by digest, so the creation time is fixed.
const CREATED: &str = "1970-01-01T00:00:00Z";

/// The process that an image runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Process {
    /// `uid` or `uid:gid`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// `NAME=value`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// The program.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entrypoint: Vec<String>,
    /// Default arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cmd: Vec<String>,
    /// The working directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
    /// Labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The signal that stops the process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_signal: Option<String>,
}

/// The configuration of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageConfig {
    /// The creation time.
    pub created: String,
    /// The processor architecture.
    pub architecture: String,
    /// The operating system.
    pub os: String,
    /// The process.
    pub config: Process,
    /// The layers.
    pub rootfs: Rootfs,
}

/// The layers of a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rootfs {
    /// `layers`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The digests of the uncompressed layers, lowest first.
    pub diff_ids: Vec<Digest>,
}

/// A reference to a blob.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// The media type.
    pub media_type: String,
    /// The digest.
    pub digest: Digest,
    /// The size in bytes.
    pub size: u64,
}

/// The manifest of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageManifest {
    /// Always 2.
    pub schema_version: u32,
    /// [`OCI_MANIFEST`], or Docker's equivalent.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub media_type: String,
    /// The configuration.
    pub config: Descriptor,
    /// The layers, lowest first.
    pub layers: Vec<Descriptor>,
}

/// Creates the configuration and the manifest for `layers` (lowest first) on `platform`, both as the exact bytes that
/// their digests are computed from.
pub fn assemble(
    process: &Process,
    platform: Platform,
    layers: &[Layer],
) -> serde_json::Result<(Vec<u8>, Vec<u8>)> {
    let config = serde_json::to_vec(&ImageConfig {
        created: CREATED.to_owned(),
        architecture: platform.architecture.name().to_owned(),
        os: platform.system.name().to_owned(),
        config: process.clone(),
        rootfs: Rootfs {
            kind: "layers".to_owned(),
            diff_ids: layers.iter().map(|layer| layer.diff_id.clone()).collect(),
        },
    })?;
    let manifest = serde_json::to_vec(&ImageManifest {
        schema_version: 2,
        media_type: OCI_MANIFEST.to_owned(),
        config: Descriptor {
            media_type: CONFIG_MEDIA_TYPE.to_owned(),
            digest: Digest::of(&config),
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
