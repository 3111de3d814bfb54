//! What Flux is given, whether it is rendered here or was fetched.

use std::collections::BTreeMap;

use super::flux::ROOT;
use crate::artifact::{Fetched, Rendered};

/// Bytes by path.
pub type Files = BTreeMap<String, Vec<u8>>;

/// What Flux is given: files, and variables to fill into them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Platform {
    /// The files of every source, by its name; the root is called `platform`.
    pub sources: BTreeMap<String, Files>,
    /// What the ConfigMap `environment` holds.
    pub variables: BTreeMap<String, String>,
}

impl Platform {
    /// A rendered tree: each of its parts is a source, as it will be once it is packed.
    pub fn rendered(rendered: Rendered, variables: BTreeMap<String, String>) -> Self {
        let mut sources: BTreeMap<String, Files> = BTreeMap::new();
        for part in rendered.components.values() {
            let files = rendered.files.iter().filter(|(path, _)| part.paths.contains(*path));
            sources.insert(part.source(), files.map(|(path, bytes)| (path.clone(), bytes.clone())).collect());
        }
        sources.insert(ROOT.to_owned(), rendered.files);
        Self { sources, variables }
    }

    /// An artifact and its parts.
    pub fn fetched(fetched: Fetched, variables: BTreeMap<String, String>) -> Self {
        let mut sources: BTreeMap<String, Files> =
            fetched.components.into_iter().map(|(name, part)| (name, part.files)).collect();
        sources.insert(ROOT.to_owned(), fetched.root.files);
        Self { sources, variables }
    }

    /// The bytes of all files.
    pub(super) fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.sources.values().flat_map(|source| source.values().map(Vec::as_slice))
    }
}
