//! The Flux Kustomizations of a tree, and the files that each is built from.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use serde_json::Value;

use super::{
    build::{BuildError, Files, FluxBuild, Outcome, ROOT, Wanted, is_flux_kustomization, root_kustomization},
    folders::folders,
    generated,
};
use crate::base::failure::Result;

/// The directory of the definitions, which the root Kustomization in the cluster applies.
pub(super) const FOLDER: &str = "flux";
/// The annotation of a Flux Kustomization that names a directory to pack in addition to `spec.path`.
const INCLUDE: &str = "seasense.org/include";

/// A Flux Kustomization of the tree.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Definition {
    /// The object, without its source and with its variables.
    pub object: Value,
    /// The files that it is built from, in every environment.
    pub files: BTreeSet<String>,
    /// The objects of every directory that its path can select, with their variables.
    pub objects: Vec<Value>,
}

/// The definitions that Flux can build, and the errors of the others.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Definitions {
    /// The definitions of the root, by name.
    pub found: BTreeMap<String, Definition>,
    /// The definitions in other Kustomizations, at any depth, by name. They have no component.
    pub nested: BTreeMap<String, Definition>,
    /// The other objects of the root.
    pub others: Vec<Value>,
    /// The files of the definitions themselves.
    pub files: BTreeSet<String>,
    /// Why Flux cannot build the others.
    pub errors: Vec<BuildError>,
}

/// Builds every Kustomization that the root defines in `files`, and those that they define, in each directory that
/// its path can select, so that the result is the same for every environment.
///
/// Fails with kind `Tool` if `flux-build` fails.
pub(super) async fn definitions(files: &Files, flux: &FluxBuild) -> Result<Definitions> {
    if !files.keys().any(|path| is_of_definitions(path)) {
        return Ok(Definitions::default());
    }
    let files = with_generated(files);
    let source = BTreeMap::from([(ROOT, &*files)]);
    let root = Wanted { definition: root_kustomization(), variables: None };
    let mut result = Definitions::default();
    let objects = match flux.build(&source, &[root]).await?.remove(0) {
        Ok(root) => {
            result.files = root.files;
            root.objects
        }
        Err(error) => {
            result.errors.push(error);
            return Ok(result);
        }
    };
    let (mut pending, others): (Vec<Value>, Vec<Value>) =
        objects.into_iter().partition(is_flux_kustomization);
    result.others = others;
    let mut is_root = true;
    while !pending.is_empty() {
        let built = build_each(&files, &pending, flux).await?;
        for (definition, outcomes) in pending.into_iter().zip(built) {
            result.add(definition, outcomes, &files, is_root);
        }
        pending = result.unknown();
        is_root = false;
    }
    Ok(result)
}

/// Builds each of `definitions` in each of its directories.
async fn build_each(files: &Files, definitions: &[Value], flux: &FluxBuild) -> Result<Vec<Vec<Outcome>>> {
    let source = BTreeMap::from([(ROOT, files)]);
    let paths: Vec<Vec<String>> = definitions.iter().map(|definition| paths(definition, files)).collect();
    let wanted = definitions.iter().zip(&paths).flat_map(|(definition, paths)| {
        paths.iter().map(|path| {
            let is_included = included(definition) == Some(path.as_str());
            let definition = if is_included { bare(definition) } else { definition.clone() };
            Wanted { definition: at_path(&definition, path), variables: None }
        })
    });
    let wanted: Vec<Wanted<'_>> = wanted.collect();
    let mut outcomes = flux.build(&source, &wanted).await?.into_iter();
    Ok(paths.iter().map(|paths| outcomes.by_ref().take(paths.len()).collect()).collect())
}

impl Definitions {
    /// The objects of every Kustomization and of the root, with the name of the Kustomization.
    pub(super) fn objects(&self) -> impl Iterator<Item = (&str, &Value)> {
        let root = self.found.values().map(|definition| &definition.object).chain(&self.others);
        root.map(|object| (ROOT, object)).chain(
            self.all()
                .flat_map(|(name, definition)| definition.objects.iter().map(move |object| (name, object))),
        )
    }

    /// Every definition with its name.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &Definition)> {
        self.found.iter().chain(&self.nested).map(|(name, definition)| (name.as_str(), definition))
    }

    /// A definition by its name.
    pub(super) fn get(&self, name: &str) -> Option<&Definition> {
        self.found.get(name).or_else(|| self.nested.get(name))
    }

    /// The definitions in the objects of Kustomizations that are not known yet.
    fn unknown(&self) -> Vec<Value> {
        let built = self.all().flat_map(|(_, definition)| &definition.objects);
        let inner = built.filter(|object| is_flux_kustomization(object) && self.get(&name(object)).is_none());
        let unknown: BTreeMap<String, Value> = inner.map(|object| (name(object), object.clone())).collect();
        unknown.into_values().collect()
    }

    /// Removes the Kustomizations that read upstream manifests, and their errors.
    pub(super) fn remove_upstream(&mut self) {
        let reads = |files: &BTreeSet<String>, message: &str| {
            message.contains("/upstream/") || files.iter().any(|path| path.starts_with("upstream/"))
        };
        let removed = self.errors.extract_if(.., |error| reads(&error.files, &error.message));
        let mut names: BTreeSet<String> = removed.map(|error| error.name).collect();
        let readers = self.all().filter(|(_, definition)| reads(&definition.files, ""));
        names.extend(readers.map(|(name, _)| name.to_owned()));
        self.found.retain(|name, _| !names.contains(name));
        self.nested.retain(|name, _| !names.contains(name));
    }

    fn add(&mut self, object: Value, outcomes: Vec<Outcome>, tree: &Files, is_root: bool) {
        let name = name(&object);
        let mut definition = Definition { object, files: BTreeSet::new(), objects: Vec::new() };
        for outcome in outcomes {
            match outcome {
                Ok(built) => {
                    // Files that Flux or seasense generates are in no directory of the tree.
                    definition.files.extend(built.files.into_iter().filter(|file| tree.contains_key(file)));
                    definition.objects.extend(built.objects);
                }
                Err(error) => self.errors.push(error),
            }
        }
        let group = if is_root { &mut self.found } else { &mut self.nested };
        group.insert(name, definition);
    }
}

/// Whether `path` is in the directory of the definitions.
pub(super) fn is_of_definitions(path: &str) -> bool {
    path.split('/').next() == Some(FOLDER)
}

/// The files with the generated Component; an empty one unless they contain it already.
pub(super) fn with_generated(files: &Files) -> Cow<'_, Files> {
    let mut files = Cow::Borrowed(files);
    if !files.contains_key(generated::FILE) {
        files.to_mut().extend([generated::placeholder()]);
    }
    files
}

/// The name of an object.
pub(super) fn name(object: &Value) -> String {
    object["metadata"]["name"].as_str().unwrap_or_default().to_owned()
}

/// The definition with another path, built from the tree.
pub(super) fn at_path(definition: &Value, path: &str) -> Value {
    let mut definition = definition.clone();
    definition["spec"]["path"] = path.into();
    definition["spec"]["sourceRef"] = serde_json::json!({"kind": "OCIRepository", "name": ROOT});
    definition
}

/// The definition without its settings, which do not apply to the included directory.
fn bare(definition: &Value) -> Value {
    let mut bare = definition.clone();
    bare["spec"] = serde_json::json!({});
    bare
}

fn included(definition: &Value) -> Option<&str> {
    definition["metadata"]["annotations"][INCLUDE].as_str()
}

/// The directories that a Kustomization is packed from: those that its path can select, and the included one.
fn paths(definition: &Value, files: &Files) -> Vec<String> {
    let path = definition["spec"]["path"].as_str().unwrap_or("./");
    let mut paths = folders(files, path);
    if paths.is_empty() {
        // Flux reports that it does not exist.
        paths.push(path.to_owned());
    }
    paths.extend(included(definition).map(str::to_owned));
    paths
}
