//! Definitions that Flux would not build: nothing lists them, or they have no manifests. Pure.

use super::{
    build::Files,
    definition_source,
    definitions::{self, Definitions},
    file_type, generated,
    objects::{Written, written},
    tree::display_path,
};
use crate::base::failure::{Failure, Kind, Location};

/// Returns every definition that would not be built.
pub(super) fn problems(files: &Files, definitions: &Definitions) -> Vec<Failure> {
    let mut found = unlisted(files, definitions);
    found.extend(empty(files, definitions));
    found
}

/// Definitions in files that no kustomization lists, and definitions that would have no source.
fn unlisted(files: &Files, definitions: &Definitions) -> Vec<Failure> {
    let hint =
        "list every phase in `flux/kustomization.yaml` under `resources`, and `sources` under `components`";
    let refused =
        |message: &str, location: Location| Failure::new(Kind::Environment, message).at(location).hint(hint);
    let is_stray = |object: &Written| {
        definitions::is_of_definitions(&object.path)
            && object.kind == "Kustomization"
            && !file_type::is_kustomization(&object.path)
            && !definitions.files.contains(&object.path)
    };
    let strays = written(files, definitions::is_of_definitions);
    let strays = strays.iter().filter(|object| is_stray(object));
    let mut found: Vec<Failure> =
        strays.map(|object| refused("no kustomization lists this phase", object.start())).collect();
    if !definitions.found.is_empty() && !definitions.files.contains(generated::FILE) {
        let file = display_path("flux/kustomization.yaml");
        let message = "the Component `sources` is not listed, so no phase would have a source";
        found.push(refused(message, Location { file, position: None }));
    }
    found
}

/// Definitions of directories without manifests: a component has only files, so Flux would not find them.
fn empty(files: &Files, definitions: &Definitions) -> Vec<Failure> {
    let empty = definitions.found.iter().filter(|(_, definition)| definition.files.is_empty());
    empty
        .map(|(name, _)| {
            let failure = Failure::new(Kind::Environment, format!("the phase `{name}` has no manifests"))
                .hint("add a `kustomization.yaml` to its directory");
            match definition_source::field_of_definition(files, name, "spec.path") {
                Some(location) => failure.at(location),
                None => failure,
            }
        })
        .collect()
}
