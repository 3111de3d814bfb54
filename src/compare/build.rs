//! Builds the phases of two platforms, both completely or neither: a phase that is the same on both sides is not built.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Id, Platform,
    flux::{Flux, ROOT, Unpacked, is_kustomization, root},
    mask::Masker,
};
use crate::{artifact::SUFFIX_LENGTH, base::failure::Result};

/// What Flux would apply of a platform.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Phases {
    /// The Kustomizations, as the cluster gets them, by name.
    pub definitions: BTreeMap<String, Value>,
    /// The objects of each phase, without their secrets; a phase that need not be built is not among them.
    pub objects: BTreeMap<String, BTreeMap<Id, Value>>,
}

impl Phases {
    /// Every object with its phase.
    pub(super) fn objects(&self) -> impl Iterator<Item = (&str, &Id, &Value)> {
        self.objects
            .iter()
            .flat_map(|(phase, objects)| objects.iter().map(move |(id, object)| (phase.as_str(), id, object)))
    }

    /// The object `id` of a phase.
    pub(super) fn object(&self, phase: &str, id: &Id) -> Option<&Value> {
        self.objects.get(phase)?.get(id)
    }
}

/// Builds both platforms by `flux`, as far as they may differ.
///
/// A phase is left out where its definition, every file it can read and every variable in them are the same on both sides:
/// what is built is a function of nothing else.
pub async fn build_both(flux: &Flux, before: &Platform, after: &Platform) -> Result<(Phases, Phases)> {
    let masker = Masker::default();
    let (old, new) = (Unpacked::write(before)?, Unpacked::write(after)?);
    let mut left = Side::begin(&old, before);
    let mut right = Side::begin(&new, after);
    while !left.wanted.is_empty() || !right.wanted.is_empty() {
        tokio::try_join!(left.advance(flux, &masker), right.advance(flux, &masker))?;
        let wanted = left.wanted.iter().chain(&right.wanted);
        let is_same = |definition: &&Value| same(definition, &left.phases, &right.phases, before, after);
        let skipped: BTreeSet<String> = wanted.filter(is_same).map(name).collect();
        for side in [&mut left, &mut right] {
            side.wanted.retain(|definition| !skipped.contains(&name(definition)));
        }
    }
    Ok((left.phases, right.phases))
}

/// Builds those phases of a platform that `built` holds, as they are defined there, with `variables` in the place of its own.
pub(super) async fn build_with(
    flux: &Flux,
    platform: &Platform,
    variables: &BTreeMap<String, String>,
    built: &Phases,
) -> Result<Phases> {
    let masker = Masker::default();
    let unpacked = Unpacked::write(platform)?;
    let wanted = built.definitions.iter().filter(|(name, _)| built.objects.contains_key(*name));
    let wanted: Vec<Value> = wanted.map(|(_, definition)| definition.clone()).collect();
    let mut phases = Phases { definitions: built.definitions.clone(), ..Phases::default() };
    let built = unpacked.build(flux, variables, &wanted).await?;
    for (phase, objects) in built {
        phases.objects.insert(phase, masked(&masker, objects));
    }
    Ok(phases)
}

/// One platform on its way.
struct Side<'a> {
    unpacked: &'a Unpacked<'a>,
    variables: &'a BTreeMap<String, String>,
    /// The Kustomizations that are known and not built.
    wanted: Vec<Value>,
    phases: Phases,
}

impl<'a> Side<'a> {
    fn begin(unpacked: &'a Unpacked<'a>, platform: &'a Platform) -> Self {
        let phases = Phases { definitions: BTreeMap::from([(ROOT.to_owned(), root())]), ..Phases::default() };
        Self { unpacked, variables: &platform.variables, wanted: vec![root()], phases }
    }

    /// Builds what is wanted; what is wanted then is what that holds.
    async fn advance(&mut self, flux: &Flux, masker: &Masker) -> Result<()> {
        let wanted = std::mem::take(&mut self.wanted);
        for (phase, objects) in self.unpacked.build(flux, self.variables, &wanted).await? {
            for object in objects.iter().filter(|object| is_kustomization(object)) {
                if self.phases.definitions.insert(name(object), object.clone()).is_none() {
                    self.wanted.push(object.clone());
                }
            }
            self.phases.objects.insert(phase, masked(masker, objects));
        }
        Ok(())
    }
}

fn masked(masker: &Masker, objects: Vec<Value>) -> BTreeMap<Id, Value> {
    let mask = |mut object: Value| {
        masker.mask(&mut object);
        unpin(&mut object);
        (Id::of(&object), object)
    };
    objects.into_iter().map(mask).collect()
}

/// Takes the digests of parts out of their names and their sources: another one says only that the phase's files differ,
/// which the phase's own objects say better.
fn unpin(object: &mut Value) {
    let is_source = object["kind"] == "OCIRepository";
    let named = if is_source { "/metadata/name" } else { "/spec/sourceRef/name" };
    let is_pinned = is_source || is_kustomization(object);
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

/// Whether the phase of `definition` is the same on both sides.
fn same(definition: &Value, left: &Phases, right: &Phases, before: &Platform, after: &Platform) -> bool {
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
    // Definitions that are found in it would have to be compared as well.
    let nests = mentions("kustomize.toolkit.fluxcd.io/v");
    !nests && !differing(&before.variables, &after.variables).iter().any(|name| mentions(name))
}

/// The variables that have another value on the other side, or none.
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

    fn is_same(before: &Platform, after: &Platform) -> bool {
        let spec = json!({"path": "./apps", "sourceRef": {"name": "apps-1"}});
        let definition = json!({"metadata": {"name": "apps"}, "spec": spec});
        let phases =
            Phases { definitions: [("apps".to_owned(), definition.clone())].into(), ..Phases::default() };
        same(&definition, &phases, &phases, before, after)
    }

    #[test]
    fn a_phase_is_the_same_where_nothing_it_can_read_differs() {
        let before = platform("a: 1\n", "acme");
        assert!(is_same(&before, &before));
        assert!(!is_same(&before, &platform("a: 2\n", "acme")));
        assert!(is_same(&before, &platform("a: 1\n", "self-signed")), "it does not use the variable");
    }

    #[test]
    fn the_digest_of_a_part_is_no_difference_of_its_own() {
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
    fn a_phase_that_might_differ_is_built() {
        let uses = |issuer: &str| platform("a: ${ISSUER}\n", issuer);
        assert!(!is_same(&uses("acme"), &uses("self-signed")));
        let nested = platform("apiVersion: kustomize.toolkit.fluxcd.io/v1\n", "acme");
        assert!(!is_same(&nested, &nested));
    }
}
