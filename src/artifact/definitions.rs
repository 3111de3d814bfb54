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
    /// The definitions, by name.
    pub found: BTreeMap<String, Definition>,
    /// The files of the definitions themselves.
    pub files: BTreeSet<String>,
    /// Why Flux cannot build the others.
    pub errors: Vec<BuildError>,
}

/// Builds every Kustomization that the root defines in `files`, in each directory that its path can select, so
/// that the result is the same for every environment.
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
    let definitions: Vec<Value> = objects.into_iter().filter(is_flux_kustomization).collect();
    let paths: Vec<Vec<String>> = definitions.iter().map(|definition| paths(definition, &files)).collect();
    let wanted = definitions.iter().zip(&paths).flat_map(|(definition, paths)| {
        paths.iter().map(|path| {
            let is_included = included(definition) == Some(path.as_str());
            let definition = if is_included { bare(definition) } else { definition.clone() };
            Wanted { definition: at_path(&definition, path), variables: None }
        })
    });
    let wanted: Vec<Wanted<'_>> = wanted.collect();
    let mut outcomes = flux.build(&source, &wanted).await?.into_iter();
    for (definition, paths) in definitions.into_iter().zip(&paths) {
        result.add(definition, outcomes.by_ref().take(paths.len()), &files);
    }
    Ok(result)
}

impl Definitions {
    /// The objects of every Kustomization and of the root, with the name of the Kustomization.
    pub(super) fn objects(&self) -> impl Iterator<Item = (&str, &Value)> {
        let root = self.found.values().map(|definition| (ROOT, &definition.object));
        let all = self.found.iter();
        root.chain(all.flat_map(|(name, definition)| {
            definition.objects.iter().map(move |object| (name.as_str(), object))
        }))
    }

    /// Removes the Kustomizations that read upstream manifests, and their errors.
    pub(super) fn remove_upstream(&mut self) {
        let reads = |files: &BTreeSet<String>, message: &str| {
            message.contains("/upstream/") || files.iter().any(|path| path.starts_with("upstream/"))
        };
        let removed = self.errors.extract_if(.., |error| reads(&error.files, &error.message));
        let mut names: BTreeSet<String> = removed.map(|error| error.name).collect();
        let readers = self.found.iter().filter(|(_, definition)| reads(&definition.files, ""));
        names.extend(readers.map(|(name, _)| name.clone()));
        self.found.retain(|name, _| !names.contains(name));
    }

    fn add(&mut self, object: Value, outcomes: impl Iterator<Item = Outcome>, tree: &Files) {
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
        self.found.insert(name, definition);
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
