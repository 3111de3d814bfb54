//! Rules for the Flux Kustomizations among each other. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Finding, finding, list, text};

/// Returns the violations of each definition, by its name: dependencies that are not there, and cycles.
pub(in crate::artifact) fn phases(definitions: &BTreeMap<String, &Value>) -> Vec<(String, Finding)> {
    let mut found = Vec::new();
    let mut depends: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, definition) in definitions {
        for dependency in list(definition, "/spec/dependsOn") {
            let on = text(dependency, "/name");
            if definitions.contains_key(on) {
                depends.entry(name.as_str()).or_default().insert(on);
            } else {
                let message = format!("the phase `{name}` depends on `{on}`, which does not exist");
                let hint =
                    format!("the phases are {}", definitions.keys().cloned().collect::<Vec<_>>().join(", "));
                found.push((name.clone(), finding(message).near(on).hint(hint)));
            }
        }
    }
    for cycle in cycles(definitions.keys().map(String::as_str).collect(), &depends) {
        let first = cycle.first().copied().unwrap_or_default();
        let message = format!("the phases {} wait for each other", cycle.join(", "));
        let hint = "remove one of their `dependsOn`";
        found.push((first.to_owned(), finding(message).near("dependsOn").hint(hint)));
    }
    found
}

/// The phases on each cycle of dependencies, sorted.
fn cycles<'a>(
    mut names: BTreeSet<&'a str>,
    depends: &BTreeMap<&'a str, BTreeSet<&'a str>>,
) -> Vec<Vec<&'a str>> {
    let reaches = |from: &'a str| -> BTreeSet<&'a str> {
        let mut seen = BTreeSet::new();
        let mut pending: Vec<&str> = depends.get(from).into_iter().flatten().copied().collect();
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
            let cycle: Vec<&str> =
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
        let all: Vec<(String, Value)> =
            phases.iter().map(|(name, on)| ((*name).to_owned(), definition(on))).collect();
        let all = all.iter().map(|(name, definition)| (name.clone(), definition)).collect();
        super::phases(&all).into_iter().map(|(_, finding)| finding.message).collect()
    }

    #[test]
    fn dependencies_that_do_not_exist_are_refused() {
        assert_eq!(messages(&[("a", &[]), ("b", &["a"])]), [""; 0]);
        assert_eq!(messages(&[("b", &["a"])]), ["the phase `b` depends on `a`, which does not exist"]);
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
