//! The rendered files of the platform artifact and its components.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Blobs;

/// The number of hex digits of a component's digest in the name of its source.
pub const SUFFIX_LENGTH: usize = 12;

/// The files of one Flux Kustomization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// The name of the Kustomization.
    pub name: String,
    /// The definition of the Kustomization, without its source.
    pub definition: Value,
    /// The paths of the files that it is built from.
    pub paths: BTreeSet<String>,
    /// The packed files.
    pub blobs: Blobs,
}

impl Component {
    /// Returns the name of its Flux source: the name of the Kustomization and the beginning of the digest.
    /// Changed content means another source, so dependents see at once that the Kustomization is not ready with
    /// the new content.
    pub fn source(&self) -> String {
        format!("{}-{}", self.name, &self.blobs.manifest.digest.hex()[..SUFFIX_LENGTH])
    }
}

/// The files of the artifact, by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Paths are relative, with `/`, and sorted.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The components, by the names of their Flux Kustomizations.
    pub components: BTreeMap<String, Component>,
}

impl Rendered {
    /// Whether it contains the file with exactly these bytes.
    pub(super) fn has(&self, path: &str, bytes: &[u8]) -> bool {
        self.files.get(path).is_some_and(|own| own == bytes)
    }
}
