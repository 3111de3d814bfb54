//! Kustomizations that a phase defines: they have no component of their own. Pure.

use serde_json::Value;

use super::{
    super::{
        build::{ROOT, root_kustomization},
        definitions::Definition,
        rules::{Finding, Near},
    },
    failure,
    location::Locator,
};
use crate::base::failure::Failure;

/// Returns why the cluster could not build a Kustomization that another one defines.
pub(super) fn problems(locator: &Locator<'_>) -> Vec<Failure> {
    let nested = locator.definitions.nested.iter();
    let found = nested.filter_map(|(name, definition)| {
        let (message, field, hint) =
            source(&definition.object).or_else(|| packed_elsewhere(locator, definition))?;
        let finding =
            Finding { message, near: Some(Near::Field(field.to_owned())), hint: Some(hint.to_owned()) };
        let owner = locator.definitions.all().find(|(_, own)| own.objects.contains(&definition.object));
        let owner = owner.map_or(name.as_str(), |(owner, _)| owner);
        Some(failure(finding, locator, (owner, None), &definition.object))
    });
    found.collect()
}

type Problem = (String, &'static str, &'static str);

/// Its files must be in the artifact: what another source contains is not part of the digest.
fn source(definition: &Value) -> Option<Problem> {
    let source = &definition["spec"]["sourceRef"];
    let namespace = source["namespace"].as_str().or_else(|| definition["metadata"]["namespace"].as_str());
    let in_flux = namespace == root_kustomization()["metadata"]["namespace"].as_str();
    if source["kind"] == "OCIRepository" && source["name"] == ROOT && in_flux {
        return None;
    }
    let hint = "write `sourceRef: {kind: OCIRepository, name: platform, namespace: flux-system}`, or define it in `flux/`";
    Some((format!("a phase that another one defines must have the source `{ROOT}`"), "spec.sourceRef", hint))
}

/// The root contains only files that belong to no component.
fn packed_elsewhere(locator: &Locator<'_>, definition: &Definition) -> Option<Problem> {
    let packed = |file: &&String| {
        let mut components = locator.definitions.found.iter();
        components.find(|(_, own)| own.files.contains(*file)).map(|(name, _)| name.clone())
    };
    let (file, owner) = definition.files.iter().find_map(|file| Some((file, packed(&file)?)))?;
    let message = format!(
        "it reads `{file}`, which is packed for the phase `{owner}`, so its own source does not contain it"
    );
    Some((message, "spec.path", "keep its files in a directory of its own, or define the phase in `flux/`"))
}
