//! Finds the file and the line of a built object. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::{
    Tree,
    build::{Files, is_flux_kustomization},
    definition_source,
    definitions::Definitions,
    fields, file_type,
    image_entries::ImageEntry,
    locate,
    objects::{self, Written, written},
    patches::{self, Patch},
    rules::Near,
};
use super::UPSTREAM;
use crate::base::failure::Location;

/// A phase, and the files of one of its builds.
pub(super) type Place<'a> = (&'a str, Option<&'a BTreeSet<String>>);

/// The objects in the files of each Kustomization.
pub(super) struct Locator<'a> {
    pub(super) files: &'a Files,
    pub(super) definitions: &'a Definitions,
    written: Vec<Written>,
    /// The kinds and names of upstream's objects.
    upstream: BTreeMap<(String, String), usize>,
    /// The patches of each kustomization.
    patches: BTreeMap<&'a str, Vec<Patch>>,
}

impl<'a> Locator<'a> {
    pub(super) fn new(files: &'a Files, definitions: &'a Definitions) -> Self {
        let is_upstream = |path: &str| path.split('/').next() == Some(UPSTREAM);
        let texts = files.iter().filter(|(path, _)| is_upstream(path));
        let upstream = texts.flat_map(|(_, content)| objects::names(&String::from_utf8_lossy(content)));
        let lists = files.keys().filter(|path| file_type::is_kustomization(path) && !is_upstream(path));
        Self {
            files,
            definitions,
            written: written(files, |path| !is_upstream(path)),
            upstream: upstream.collect(),
            patches: lists.map(|path| (path.as_str(), patches::of_kustomization(files, path))).collect(),
        }
    }

    /// Whether an object of `phase` is one of upstream's, which no file of the tree contains.
    pub(super) fn is_upstream(&self, phase: &str, object: &Value) -> bool {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let key = (text(&object["kind"]), text(&object["metadata"]["name"]));
        self.upstream.contains_key(&key) && self.source(self.files_of(phase), object).is_none()
    }

    /// The line of a file of the tree.
    pub(super) fn line(&self, location: &Location) -> String {
        let path = location.file.strip_prefix(Tree::FOLDER).unwrap_or(&location.file);
        let content =
            self.files.get(&*path.to_string_lossy()).map(|content| String::from_utf8_lossy(content));
        let line = location.position.map_or(0, |(line, _)| line.saturating_sub(1));
        content.unwrap_or_default().lines().nth(line).unwrap_or_default().to_owned()
    }

    /// The kinds and names of upstream's objects.
    pub(super) fn upstream(&self) -> impl Iterator<Item = (&str, &str)> {
        self.upstream.keys().map(|(kind, name)| (kind.as_str(), name.as_str()))
    }

    /// The objects that are written in one of the files.
    pub(super) fn written_in(&self, files: &BTreeSet<String>) -> impl Iterator<Item = &Written> {
        self.written.iter().filter(|written| files.contains(&written.path))
    }

    /// The patches of each kustomization.
    pub(super) fn patches(&self) -> impl Iterator<Item = (&str, &[Patch])> {
        self.patches.iter().map(|(path, patches)| (*path, patches.as_slice()))
    }

    /// The patches in the definition of a Kustomization.
    pub(super) fn patches_of_definition(&self, phase: &str) -> Vec<Patch> {
        let own = self.written.iter().filter(|written| is_flux_kustomization(&written.value));
        let own = own.filter(|written| written.name == phase);
        own.flat_map(|own| patches::of_definition(self.files, &own.path, own.lines.0)).collect()
    }

    /// The location of `near` in the object or in what changes it; else in any file of its phase; else the object,
    /// or its phase. `read` are the files of one build of the phase; `None` stands for those of all environments.
    pub(super) fn location(
        &self,
        (phase, read): Place<'_>,
        object: &Value,
        near: Option<&Near>,
    ) -> Option<Location> {
        let read = read.unwrap_or_else(|| self.files_of(phase));
        let source = self.source(read, object);
        let found = match near {
            Some(Near::Field(path)) => self
                .change(phase, read, object, path)
                .or_else(|| self.namespace(read, source, object, path))
                .or_else(|| source.and_then(|source| source.field(self.files, object, path)))
                .or_else(|| source.and_then(|source| source.text(self.files, fields::steps(path).last()?))),
            Some(Near::Text(text)) => source
                .and_then(|source| source.text(self.files, text))
                .or_else(|| self.mention(read, text).filter(|_| text.len() > 1)),
            None => None,
        };
        found
            .or_else(|| source.map(Written::start))
            .or_else(|| self.generated(read, object))
            .or_else(|| definition_source::field_of_definition(self.files, phase, ""))
    }

    /// The kustomization that sets the namespace of an object.
    fn namespace(
        &self,
        read: &BTreeSet<String>,
        source: Option<&Written>,
        object: &Value,
        path: &str,
    ) -> Option<Location> {
        let own = object["metadata"]["namespace"].as_str().filter(|_| path == "metadata.namespace")?;
        let is_written = source.is_some_and(|source| source.value["metadata"]["namespace"] == own);
        if is_written { None } else { self.mention(read, &format!("namespace: {own}")) }
    }

    /// The patch that sets or removes a field.
    fn change(&self, phase: &str, read: &BTreeSet<String>, object: &Value, path: &str) -> Option<Location> {
        let steps = fields::steps(path);
        let own = self.patches_of_definition(phase);
        let lists = self.patches.iter().filter(|(path, _)| read.contains(**path));
        let all = lists.flat_map(|(_, patches)| patches).chain(&own);
        let changes = all.filter_map(|patch| patch.change(object, &steps));
        let change = changes.max_by_key(|(depth, _)| *depth).map(|(_, location)| location);
        change.or_else(|| {
            let image = fields::value(object, &steps)?.as_str().filter(|_| path.ends_with("mage"))?;
            let lists = self.patches.keys().filter(|path| read.contains(**path));
            lists
                .flat_map(|path| ImageEntry::of(self.files, path))
                .find(|own| own.sets(image))
                .map(|own| own.location)
        })
    }

    /// The object in one of the files: under its own name, or under the one that transformers changed.
    fn source(&self, files: &BTreeSet<String>, object: &Value) -> Option<&Written> {
        let own = || self.written_in(files);
        let namespace = &object["metadata"]["namespace"];
        let same = || own().filter(|written| written.is(object));
        let exact = same().find(|written| written.value["metadata"]["namespace"] == *namespace);
        exact.or_else(|| same().next()).or_else(|| {
            let is_affix = |part: &str| self.mention(files, part).is_some();
            let is_written = |part: &str| is_affix(part) || part.split_inclusive('-').all(is_affix);
            let renamed = own().filter(|written| written.is_renamed(object, is_written));
            renamed.max_by_key(|written| written.name.len())
        })
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

    pub(super) fn files_of(&self, phase: &str) -> &BTreeSet<String> {
        self.definitions.get(phase).map_or(&self.definitions.files, |definition| &definition.files)
    }
}
