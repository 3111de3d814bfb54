//! Targets of patches and replacements that select nothing: kustomize ignores them. Pure.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    super::{
        definitions::Definition, file_type, image_entries::ImageEntry, patches, rules, selectors::Selector,
    },
    location::Locator,
};
use crate::base::{
    failure::{Failure, Kind, Location},
    yaml::{self, Node},
};

/// Returns every target in the files of the definitions that selects no object: neither one that is built, nor one
/// that is written and that a patch may have removed or renamed.
pub(super) fn unmatched(locator: &Locator<'_>) -> Vec<Failure> {
    let mut found = Vec::new();
    for (path, patches) in locator.patches() {
        let candidates = Candidates::of(locator, |files| files.contains(path));
        if candidates.is_unknown() {
            continue;
        }
        let targets = patches.iter().filter_map(|patch| Some((patch.target.clone()?, patch.location())));
        let replaced = patches::replacement_targets(locator.files, path);
        found.extend(refused(&candidates, targets.chain(replaced)));
        let images: Vec<&str> = candidates.built.iter().flat_map(|object| rules::images(object)).collect();
        let entries = ImageEntry::of(locator.files, path).into_iter();
        let unused = entries.filter(|entry| !images.iter().any(|image| entry.sets(image)));
        found.extend(unused.map(|entry| {
            let message = format!("no image is `{}`, so kustomize changes nothing", entry.name);
            let failure = Failure::new(Kind::Environment, message).at(entry.location);
            failure.hint("correct the name, or remove the entry")
        }));
    }
    for (name, definition) in locator.definitions.all() {
        let candidates = Candidates::of(locator, |files| std::ptr::eq(files, &raw const definition.files));
        let patches = locator.patches_of_definition(name);
        let targets = patches.iter().filter_map(|patch| Some((patch.target.clone()?, patch.location())));
        if !candidates.is_unknown() {
            found.extend(refused(&candidates, targets));
        }
    }
    found
}

fn refused(candidates: &Candidates<'_>, targets: impl Iterator<Item = (Selector, Location)>) -> Vec<Failure> {
    let unmatched = targets.filter(|(selector, _)| !candidates.has(selector));
    unmatched
        .map(|(selector, location)| {
            let message = format!("no object has {}, so kustomize changes nothing", selector.describe());
            Failure::new(Kind::Environment, message).at(location).hint("correct the target, or remove it")
        })
        .collect()
}

/// The objects that a target may select.
struct Candidates<'a> {
    locator: &'a Locator<'a>,
    built: Vec<&'a Value>,
    files: BTreeSet<String>,
    generated: Vec<String>,
}

impl<'a> Candidates<'a> {
    /// The objects of the Kustomizations whose files `select` accepts.
    fn of(locator: &'a Locator<'a>, select: impl Fn(&BTreeSet<String>) -> bool) -> Self {
        let readers: Vec<&Definition> =
            locator.definitions.all().map(|(_, own)| own).filter(|own| select(&own.files)).collect();
        let mut built: Vec<&Value> = readers.iter().flat_map(|own| &own.objects).collect();
        let mut files: BTreeSet<String> = readers.iter().flat_map(|own| own.files.clone()).collect();
        if select(&locator.definitions.files) {
            built.extend(locator.definitions.all().map(|(_, own)| &own.object));
            built.extend(&locator.definitions.others);
            files.extend(locator.definitions.files.clone());
        }
        let generated = files.iter().filter(|path| file_type::is_kustomization(path));
        let generated = generated.flat_map(|path| generated_names(locator, path)).collect();
        Self { locator, built, files, generated }
    }

    /// Nothing was built, so nothing is known.
    fn is_unknown(&self) -> bool {
        self.built.is_empty()
    }

    fn has(&self, selector: &Selector) -> bool {
        let is_built = self.built.iter().any(|object| {
            let name = object["metadata"]["name"].as_str().unwrap_or_default();
            let namespace = object["metadata"]["namespace"].as_str().unwrap_or("default");
            selector.matches(object, &[name], Some(namespace))
        });
        is_built
            || self.locator.written_in(&self.files).any(|own| {
                let namespace = own.value["metadata"]["namespace"].as_str();
                selector.matches(&own.value, &[&own.name], namespace)
            })
            || self.locator.upstream().any(|(kind, name)| selector.may_match(kind, name))
            || self
                .generated
                .iter()
                .any(|name| ["ConfigMap", "Secret"].iter().any(|kind| selector.may_match(kind, name)))
    }
}

/// The names of the objects that a kustomization generates, before their hashes are appended.
fn generated_names(locator: &Locator<'_>, path: &str) -> Vec<String> {
    let text = locator.files.get(path).map(|content| String::from_utf8_lossy(content)).unwrap_or_default();
    let documents = yaml::nodes(&text);
    let lists = ["configMapGenerator", "secretGenerator"].into_iter();
    let lists = lists.filter_map(|field| documents.first()?.get(field));
    let names = lists.flat_map(Node::items).filter_map(|entry| entry.get("name")?.text());
    names.map(str::to_owned).collect()
}
