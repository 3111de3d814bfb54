//! Phases that are removed although another phase applies their objects, as a rename does; pure.

use std::{collections::BTreeMap, fmt};

use serde_json::Value;

use crate::compare::{ObjectId, Phases};

/// The annotation that keeps an object when its phase is removed.
const KEEP: &str = "kustomize.toolkit.fluxcd.io/prune";

/// A removed phase whose objects another one takes over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Takeover {
    /// The removed phase.
    pub from: String,
    /// The phase that applies its objects from now on.
    pub to: String,
    /// The objects, sorted.
    pub objects: Vec<ObjectId>,
}

impl Takeover {
    /// Returns every takeover between two sides.
    ///
    /// Flux deletes the objects of a phase with `prune` when the phase is removed, before or after another phase
    /// applies them. Volumes go with their claims.
    pub fn between(before: &Phases, after: &Phases) -> Vec<Self> {
        let mut found: BTreeMap<(String, String), Vec<ObjectId>> = BTreeMap::new();
        for (phase, definition) in &before.definitions {
            let is_removed = !after.definitions.contains_key(phase);
            if !is_removed || !deletes(definition) {
                continue;
            }
            for (id, object) in before.objects.get(phase).into_iter().flatten() {
                let taker = after.objects.iter().find(|(_, objects)| objects.contains_key(id));
                if let Some((to, _)) = taker.filter(|_| !is_kept(object)) {
                    found.entry((phase.clone(), to.clone())).or_default().push(id.clone());
                }
            }
        }
        found.into_iter().map(|((from, to), objects)| Self { from, to, objects }).collect()
    }
}

impl fmt::Display for Takeover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to, objects } = self;
        let first = objects.first().map(ToString::to_string).unwrap_or_default();
        write!(
            f,
            "the phase `{from}` is removed, and Flux deletes its objects ({}, for example {first}) although `{to}` applies them: \
             first deploy `{from}` with `prune: false`, then rename it",
            objects.len()
        )
    }
}

/// Whether Flux deletes the objects of a phase when its Kustomization is removed.
fn deletes(definition: &Value) -> bool {
    let spec = &definition["spec"];
    match spec["deletionPolicy"].as_str() {
        None | Some("MirrorPrune") => spec["prune"] == true,
        Some(policy) => policy != "Orphan",
    }
}

fn is_kept(object: &Value) -> bool {
    object["metadata"]["annotations"][KEEP] == "disabled"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn phases(name: &str, spec: &Value, annotations: &Value) -> Phases {
        let object = json!({"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "backend", "namespace": "seasense", "annotations": annotations}});
        let definition = json!({"kind": "Kustomization", "metadata": {"name": name}, "spec": spec});
        Phases {
            definitions: [(name.to_owned(), definition)].into(),
            objects: [(name.to_owned(), [(ObjectId::of(&object), object)].into())].into(),
        }
    }

    #[test]
    fn a_renamed_phase_with_prune_is_found() {
        let pruning = |name| phases(name, &json!({"prune": true}), &json!({}));
        let found = Takeover::between(&pruning("apps"), &pruning("workloads"));
        let text = found[0].to_string();
        assert!(
            text.starts_with("the phase `apps` is removed") && text.contains("Deployment seasense/backend"),
            "{text}"
        );
        assert_eq!(found.len(), 1);
        assert_eq!(Takeover::between(&pruning("apps"), &pruning("apps")), []);
        assert_eq!(Takeover::between(&pruning("apps"), &Phases::default()), [], "nothing takes them over");
    }

    #[test]
    fn a_phase_that_keeps_its_objects_may_be_renamed() {
        let after = phases("workloads", &json!({"prune": true}), &json!({}));
        for spec in [json!({"prune": false}), json!({"prune": true, "deletionPolicy": "Orphan"})] {
            assert_eq!(Takeover::between(&phases("apps", &spec, &json!({})), &after), []);
        }
        let kept = phases("apps", &json!({"prune": true}), &json!({KEEP: "disabled"}));
        assert_eq!(Takeover::between(&kept, &after), []);
        let deletes = phases("apps", &json!({"prune": false, "deletionPolicy": "Delete"}), &json!({}));
        assert_eq!(Takeover::between(&deletes, &after).len(), 1);
    }
}
