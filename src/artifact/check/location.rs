//! Finds the file and the line of a built object. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::{
    build::{Files, ROOT},
    definitions::Definitions,
    locate,
    objects::{self, Written, written},
};
use super::UPSTREAM;
use crate::base::failure::Location;

/// The objects in the files of each Kustomization.
pub(super) struct Locator<'a> {
    files: &'a Files,
    definitions: &'a Definitions,
    written: Vec<Written>,
    /// The kinds and names of upstream's objects.
    upstream: BTreeMap<(String, String), usize>,
}

impl<'a> Locator<'a> {
    pub(super) fn new(files: &'a Files, definitions: &'a Definitions) -> Self {
        let is_upstream = |path: &str| path.split('/').next() == Some(UPSTREAM);
        let texts = files.iter().filter(|(path, _)| is_upstream(path));
        let upstream = texts.flat_map(|(_, content)| objects::names(&String::from_utf8_lossy(content)));
        Self {
            files,
            definitions,
            written: written(files, |path| !is_upstream(path)),
            upstream: upstream.collect(),
        }
    }

    /// Whether an object of `phase` is one of upstream's, which no file of the tree contains.
    pub(super) fn is_upstream(&self, phase: &str, object: &Value) -> bool {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let key = (text(&object["kind"]), text(&object["metadata"]["name"]));
        self.upstream.contains_key(&key) && self.source(self.files_of(phase), object).is_none()
    }

    /// The location of `near` in the object; else in any file of its phase; else the object, or its phase.
    /// `read` are the files of one build of the phase; `None` stands for those of all environments.
    pub(super) fn location(
        &self,
        (phase, read): (&str, Option<&BTreeSet<String>>),
        object: &Value,
        near: Option<&str>,
    ) -> Option<Location> {
        let read = read.unwrap_or_else(|| self.files_of(phase));
        let source = self.source(read, object);
        if let Some(source) = source {
            let at = source.location(self.files, near);
            if near.is_none() || at.position != Some((source.lines.0, 1)) {
                return Some(at);
            }
        }
        let mentioned = near.filter(|near| near.len() > 1).and_then(|near| self.mention(read, near));
        mentioned
            .or_else(|| source.map(|source| source.location(self.files, None)))
            .or_else(|| self.generated(read, object))
            .or_else(|| locate::definition(self.files, phase, None))
    }

    /// The object in one of the files.
    fn source(&self, files: &BTreeSet<String>, object: &Value) -> Option<&Written> {
        self.written.iter().find(|written| files.contains(&written.path) && written.is(object))
    }

    /// The first place of `text` in the files that are not upstream's.
    fn mention(&self, read: &BTreeSet<String>, text: &str) -> Option<Location> {
        let own = read.iter().filter(|path| path.split('/').next() != Some(UPSTREAM));
        let own: BTreeSet<String> = own.cloned().collect();
        locate::mention(self.files, &own, text)
    }

    /// The generator of an object. Kustomize appends a hash to its name.
    fn generated(&self, read: &BTreeSet<String>, object: &Value) -> Option<Location> {
        let name = object["metadata"]["name"].as_str()?;
        let stem = name.rsplit_once('-').map_or(name, |(stem, _)| stem);
        [name, stem].iter().find_map(|name| self.mention(read, &format!("name: {name}")))
    }

    fn files_of(&self, phase: &str) -> &BTreeSet<String> {
        let own = self.definitions.found.get(phase).map(|definition| &definition.files);
        debug_assert!(own.is_some() || phase == ROOT, "{phase}");
        own.unwrap_or(&self.definitions.files)
    }
}
