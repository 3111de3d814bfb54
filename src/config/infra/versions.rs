//! The external parts and their versions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::platform::Platform;

/// `infra/versions.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Versions {
    /// The parts, by name.
    pub parts: BTreeMap<String, Part>,
    /// Mirrors of registries in supply `pull`: host to host.
    #[serde(default)]
    pub mirrors: BTreeMap<String, String>,
}

/// One external part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Part {
    /// Its version, without a leading `v`.
    pub version: String,
    /// The Go module that it is built from.
    pub module: Option<String>,
    /// The package of `PyPI` that it comes from.
    pub wheel: Option<String>,
    /// The hash of that package for each platform, 64 hex digits.
    #[serde(default)]
    pub sha256: BTreeMap<Platform, String>,
}

impl Versions {
    /// The version of the part `name`.
    pub fn version(&self, name: &str) -> Option<&str> {
        self.parts.get(name).map(|part| part.version.as_str())
    }
}
