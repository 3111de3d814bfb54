//! The input of Flux: the files of every source and the variables, from a rendered tree or a fetched artifact.

use std::collections::BTreeMap;

use crate::artifact::{Fetched, Files, ROOT, Rendered};

/// The files Flux reads, and the variables it substitutes in them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Platform {
    /// The files of every source, by its name; the root is called `platform`.
    pub sources: BTreeMap<String, Files>,
    /// The data of the ConfigMap `environment`.
    pub variables: BTreeMap<String, String>,
}

impl Platform {
    /// Returns the platform of a rendered tree: each component is a source, as it is after packing.
    pub fn rendered(rendered: Rendered, variables: BTreeMap<String, String>) -> Self {
        let mut sources: BTreeMap<String, Files> = BTreeMap::new();
        for part in rendered.components.values() {
            let files = rendered.files.iter().filter(|(path, _)| part.paths.contains(*path));
            sources.insert(part.source(), files.map(|(path, bytes)| (path.clone(), bytes.clone())).collect());
        }
        sources.insert(ROOT.to_owned(), rendered.files);
        Self { sources, variables }
    }

    /// Returns the platform of an artifact and its components.
    pub fn fetched(fetched: Fetched, variables: BTreeMap<String, String>) -> Self {
        let mut sources: BTreeMap<String, Files> =
            fetched.components.into_iter().map(|(name, part)| (name, part.files)).collect();
        sources.insert(ROOT.to_owned(), fetched.root.files);
        Self { sources, variables }
    }

    /// Returns the contents of all files.
    pub(in crate::compare) fn contents(&self) -> impl Iterator<Item = &[u8]> {
        self.sources.values().flat_map(|source| source.values().map(Vec::as_slice))
    }
}
