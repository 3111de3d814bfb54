//! Rules for the Flux Kustomizations among each other. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Finding, finding, list, text};

/// The namespace and the name of a phase.
pub(in crate::artifact) type PhaseId = (String, String);

/// Returns the violations of each definition: dependencies that are not there, and cycles.
pub(in crate::artifact) fn phases(definitions: &BTreeMap<PhaseId, &Value>) -> Vec<(PhaseId, Finding)> {
    let mut found = Vec::new();
    let mut depends: BTreeMap<&PhaseId, BTreeSet<&PhaseId>> = BTreeMap::new();
    for (id, definition) in definitions {
        for (at, dependency) in list(definition, "/spec/dependsOn").enumerate() {
            let namespace = match text(dependency, "/namespace") {
                "" => id.0.clone(),
                namespace => namespace.to_owned(),
            };
            let on = (namespace, text(dependency, "/name").to_owned());
            if let Some((on, _)) = definitions.get_key_value(&on) {
                depends.entry(id).or_default().insert(on);
            } else {
                let shown = shown(&on, &id.0);
                let message = format!("the phase `{}` depends on `{shown}`, which does not exist", id.1);
                let known: Vec<String> = definitions.keys().map(|known| self::shown(known, &id.0)).collect();
                let hint = format!("the phases are {}", known.join(", "));
                let field = if on.0 == id.0 { "name" } else { "namespace" };
                let field = format!("spec.dependsOn[{at}].{field}");
                found.push((id.clone(), finding(message).field(field).hint(hint)));
            }
        }
    }
    for cycle in cycles(definitions.keys().collect(), &depends) {
        let Some(first) = cycle.first() else { continue };
        let names: Vec<&str> = cycle.iter().map(|(_, name)| name.as_str()).collect();
        let message = format!("the phases {} wait for each other", names.join(", "));
        let hint = "remove one of their `dependsOn`";
        found.push(((*first).clone(), finding(message).field("spec.dependsOn").hint(hint)));
    }
    found
}

/// A phase as it is called from `namespace`.
fn shown((own, name): &PhaseId, namespace: &str) -> String {
    if own == namespace { name.clone() } else { format!("{own}/{name}") }
}

/// The phases on each cycle of dependencies, sorted.
fn cycles<'a, T: Ord + ?Sized>(
    mut names: BTreeSet<&'a T>,
    depends: &BTreeMap<&'a T, BTreeSet<&'a T>>,
) -> Vec<Vec<&'a T>> {
    let reaches = |from: &'a T| -> BTreeSet<&'a T> {
        let mut seen = BTreeSet::new();
        let mut pending: Vec<&T> = depends.get(from).into_iter().flatten().copied().collect();
        while let Some(name) = pending.pop() {
            if seen.insert(name) {
                pending.extend(depends.get(name).into_iter().flatten());
            }
        }
        seen
    };
    let mut found = Vec::new();
    while let Some(name) = names.pop_first() {
        let found_from = reaches(name);
        if found_from.contains(name) {
            let cycle: Vec<&T> =
                found_from.iter().copied().filter(|other| reaches(other).contains(name)).collect();
            names.retain(|name| !cycle.contains(name));
            found.push(cycle);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn messages(phases: &[(&str, &[&str])]) -> Vec<String> {
        let definition = |on: &[&str]| {
            let on: Vec<Value> = on.iter().map(|on| json!({"name": on})).collect();
            json!({"spec": {"dependsOn": on}})
        };
        let all: Vec<(PhaseId, Value)> = phases
            .iter()
            .map(|(name, on)| (("flux-system".to_owned(), (*name).to_owned()), definition(on)))
            .collect();
        let all = all.iter().map(|(id, definition)| (id.clone(), definition)).collect();
        super::phases(&all).into_iter().map(|(_, finding)| finding.message).collect()
    }

    #[test]
    fn dependencies_that_do_not_exist_are_refused() {
        assert_eq!(messages(&[("a", &[]), ("b", &["a"])]), [""; 0]);
        assert_eq!(messages(&[("b", &["a"])]), ["the phase `b` depends on `a`, which does not exist"]);
    }

    #[test]
    fn a_namespace_names_another_phase() {
        let on = |namespace: &str| json!({"spec": {"dependsOn": [{"name": "a", "namespace": namespace}]}});
        let messages = |namespace: &str| {
            let (a, b) = (json!({}), on(namespace));
            let id = |name: &str| ("flux-system".to_owned(), name.to_owned());
            let found = super::phases(&BTreeMap::from([(id("a"), &a), (id("b"), &b)]));
            found.into_iter().map(|(_, finding)| finding.message).collect::<Vec<_>>()
        };
        assert_eq!(messages("flux-system"), [""; 0]);
        assert_eq!(messages("other"), ["the phase `b` depends on `other/a`, which does not exist"]);
    }

    #[test]
    fn every_cycle_is_found_once() {
        let found = messages(&[("a", &["b"]), ("b", &["c"]), ("c", &["a"]), ("d", &["d"]), ("e", &["a"])]);
        assert_eq!(found, ["the phases a, b, c wait for each other", "the phases d wait for each other"]);
    }

    proptest! {
        #[test]
        fn an_order_exists_unless_a_cycle_is_found(edges in prop::collection::btree_set((0_u8..5, 0_u8..5), 0..12)) {
            const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];
            let mut depends: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
            for (from, to) in edges {
                depends.entry(NAMES[usize::from(from)]).or_default().insert(NAMES[usize::from(to)]);
            }
            let mut left: BTreeSet<&str> = NAMES.into();
            while let Some(ready) = left.iter().copied().find(|name| depends.get(name).is_none_or(|on| on.is_disjoint(&left))) {
                left.remove(ready);
            }
            prop_assert_eq!(cycles(NAMES.into(), &depends).is_empty(), left.is_empty());
        }
    }
}
