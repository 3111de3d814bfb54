//! Builds the manifests that Flux would apply. Phases that are equal on both sides are not built.

mod platform;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub use platform::Platform;

use super::{ObjectId, mask::Masker};
use crate::{
    artifact::{BuildError, Files, FluxBuild, SUFFIX_LENGTH, Walk, WalkInput, Wanted, is_flux_kustomization},
    base::failure::Result,
};

/// The built manifests of a platform.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Phases {
    /// The Kustomizations as they are applied to the cluster, by name.
    pub definitions: BTreeMap<String, Value>,
    /// The objects of each phase with masked secrets. A phase that was not built is absent.
    pub objects: BTreeMap<String, BTreeMap<ObjectId, Value>>,
}

impl Phases {
    /// Returns every object with its phase.
    pub(super) fn objects(&self) -> impl Iterator<Item = (&str, &ObjectId, &Value)> {
        self.objects
            .iter()
            .flat_map(|(phase, objects)| objects.iter().map(move |(id, object)| (phase.as_str(), id, object)))
    }

    /// Returns the object `id` of a phase.
    pub(super) fn object(&self, phase: &str, id: &ObjectId) -> Option<&Value> {
        self.objects.get(phase)?.get(id)
    }
}

/// Builds with `flux` those phases of both platforms that may differ.
///
/// A phase is skipped if its definition, every file it can read and every variable in them are equal on both
/// sides: these are all inputs of a build.
pub async fn build_both(flux: &FluxBuild, before: &Platform, after: &Platform) -> Result<(Phases, Phases)> {
    let masker = Masker::default();
    let mut left = Builder::new(before);
    let mut right = Builder::new(after);
    while !left.walk.pending().is_empty() || !right.walk.pending().is_empty() {
        tokio::try_join!(left.build_pending(flux, &masker), right.build_pending(flux, &masker))?;
        let pending = left.walk.pending().iter().chain(right.walk.pending());
        let is_equal = |definition: &&Value| is_equal(definition, &left.phases, &right.phases, before, after);
        let skipped: BTreeSet<String> = pending.filter(is_equal).map(name).collect();
        for builder in [&mut left, &mut right] {
            builder.walk.skip(&skipped);
        }
    }
    Ok((left.phases, right.phases))
}

/// Builds the phases in `built` from their definitions there, with `variables` instead of the platform's own.
pub(super) async fn build_with(
    flux: &FluxBuild,
    platform: &Platform,
    variables: &BTreeMap<String, String>,
    built: &Phases,
) -> Result<Phases> {
    let masker = Masker::default();
    let selected = built.definitions.iter().filter(|(name, _)| built.objects.contains_key(*name));
    let selected: Vec<Value> = selected.map(|(_, definition)| definition.clone()).collect();
    let mut phases = Phases { definitions: built.definitions.clone(), ..Phases::default() };
    for (phase, objects) in build(flux, platform, variables, &selected).await? {
        phases.objects.insert(phase, masked(&masker, objects));
    }
    Ok(phases)
}

/// Returns the objects of each of `kustomizations`, by name, with `variables` substituted.
///
/// Fails with kind `Environment` and Flux's error text if Flux would reject one of them.
async fn build(
    flux: &FluxBuild,
    platform: &Platform,
    variables: &BTreeMap<String, String>,
    kustomizations: &[Value],
) -> Result<BTreeMap<String, Vec<Value>>> {
    let sources = sources(platform);
    let wanted = kustomizations.iter();
    let wanted: Vec<Wanted<'_>> = wanted
        .map(|definition| Wanted { definition: definition.clone(), variables: Some(variables) })
        .collect();
    let mut built = BTreeMap::new();
    for (definition, outcome) in kustomizations.iter().zip(flux.build(&sources, &wanted).await?) {
        built.insert(name(definition), outcome.map_err(BuildError::into_failure)?.objects);
    }
    Ok(built)
}

/// The build of one platform.
struct Builder<'a> {
    platform: &'a Platform,
    walk: Walk,
    phases: Phases,
}

impl<'a> Builder<'a> {
    fn new(platform: &'a Platform) -> Self {
        let walk = Walk::default();
        let phases = Phases { definitions: walk.definitions().clone(), ..Phases::default() };
        Self { platform, walk, phases }
    }

    /// Builds the pending Kustomizations. Those found in the result become pending.
    async fn build_pending(&mut self, flux: &FluxBuild, masker: &Masker) -> Result<()> {
        let sources = sources(self.platform);
        let input =
            WalkInput { sources: &sources, variables: &self.platform.variables, prepare: Value::clone };
        for (phase, outcome) in self.walk.step(flux, input).await? {
            let objects = outcome.map_err(BuildError::into_failure)?.objects;
            self.phases.objects.insert(phase, masked(masker, objects));
        }
        self.phases.definitions.clone_from(self.walk.definitions());
        Ok(())
    }
}

fn sources(platform: &Platform) -> BTreeMap<&str, &Files> {
    platform.sources.iter().map(|(name, files)| (name.as_str(), files)).collect()
}

fn masked(masker: &Masker, objects: Vec<Value>) -> BTreeMap<ObjectId, Value> {
    let mask = |mut object: Value| {
        masker.mask(&mut object);
        unpin(&mut object);
        (ObjectId::of(&object), object)
    };
    objects.into_iter().map(mask).collect()
}

/// Removes the digests of components from names and sources. A changed digest only repeats that the phase's
/// files differ, which the phase's objects show in detail.
fn unpin(object: &mut Value) {
    let is_source = object["kind"] == "OCIRepository";
    let named = if is_source { "/metadata/name" } else { "/spec/sourceRef/name" };
    let is_pinned = is_source || is_flux_kustomization(object);
    let Some(Value::String(name)) = object.pointer_mut(named).filter(|_| is_pinned) else { return };
    let Some((phase, pin)) = name.rsplit_once('-') else { return };
    if pin.len() == SUFFIX_LENGTH && pin.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        *name = phase.to_owned();
        if let Some(spec) = object.pointer_mut("/spec").and_then(Value::as_object_mut).filter(|_| is_source) {
            spec.remove("ref");
        }
    }
}

fn name(definition: &Value) -> String {
    definition["metadata"]["name"].as_str().unwrap_or_default().to_owned()
}

/// Whether the phase of `definition` is certainly equal on both sides.
fn is_equal(definition: &Value, left: &Phases, right: &Phases, before: &Platform, after: &Platform) -> bool {
    let name = name(definition);
    if left.definitions.get(&name) != right.definitions.get(&name) {
        return false;
    }
    let source = definition["spec"]["sourceRef"]["name"].as_str().unwrap_or_default();
    let (Some(old), Some(new)) = (before.sources.get(source), after.sources.get(source)) else {
        return false;
    };
    if old != new {
        return false;
    }
    let texts: Vec<String> = old.values().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
    let mentions = |name: &str| texts.iter().any(|text| text.contains(name));
    // A phase that defines further phases is built: those must be compared as well.
    let nests = mentions("kustomize.toolkit.fluxcd.io/v");
    !nests && !differing(&before.variables, &after.variables).iter().any(|name| mentions(name))
}

/// Returns the variables that differ between both sides, or exist on one side only.
pub(super) fn differing(
    before: &BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
) -> BTreeSet<String> {
    before.keys().chain(after.keys()).filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn platform(text: &str, issuer: &str) -> Platform {
        let files = BTreeMap::from([("apps/a.yaml".to_owned(), text.as_bytes().to_vec())]);
        Platform {
            sources: BTreeMap::from([("apps-1".to_owned(), files)]),
            variables: BTreeMap::from([("ISSUER".to_owned(), issuer.to_owned())]),
        }
    }

    fn is_skipped(before: &Platform, after: &Platform) -> bool {
        let spec = json!({"path": "./apps", "sourceRef": {"name": "apps-1"}});
        let definition = json!({"metadata": {"name": "apps"}, "spec": spec});
        let phases =
            Phases { definitions: [("apps".to_owned(), definition.clone())].into(), ..Phases::default() };
        is_equal(&definition, &phases, &phases, before, after)
    }

    #[test]
    fn a_phase_with_equal_inputs_is_skipped() {
        let before = platform("a: 1\n", "acme");
        assert!(is_skipped(&before, &before));
        assert!(!is_skipped(&before, &platform("a: 2\n", "acme")));
        assert!(is_skipped(&before, &platform("a: 1\n", "self-signed")), "the variable is not used");
    }

    #[test]
    fn digests_of_components_are_not_compared() {
        let source = |pin: &str| {
            let mut source = json!({"kind": "OCIRepository", "metadata": {"name": format!("apps-{pin}")}, "spec": {"ref": {"digest": pin}, "url": "u"}});
            unpin(&mut source);
            source
        };
        assert_eq!(source("0123456789ab"), source("ba9876543210"));
        assert_eq!(source("0123456789ab")["metadata"]["name"], "apps");
        assert_eq!(source("0123456789ab")["spec"], json!({"url": "u"}));
        assert_eq!(source("gateway")["spec"]["ref"]["digest"], "gateway");
    }

    #[test]
    fn a_phase_that_may_differ_is_built() {
        let uses = |issuer: &str| platform("a: ${ISSUER}\n", issuer);
        assert!(!is_skipped(&uses("acme"), &uses("self-signed")));
        let nested = platform("apiVersion: kustomize.toolkit.fluxcd.io/v1\n", "acme");
        assert!(!is_skipped(&nested, &nested));
    }
}
