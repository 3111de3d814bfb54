//! The phases: the Kustomizations that the root applied, with their parts and in their order. Pure.
//!
//! Nothing here knows the name of a phase: renamed, added and removed phases follow from what runs.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::k8s::flux::Kustomization;

/// The name of the Kustomization that applies the phases, and of the artifact's source.
pub const ROOT: &str = "platform";

/// Returns the Kustomization of this name.
pub(super) fn named<'a>(found: &'a [Kustomization], name: &str) -> Option<&'a Kustomization> {
    found.iter().find(|kustomization| kustomization.name == name)
}

/// A phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phase<'a> {
    /// The name of its Kustomization.
    pub name: &'a str,
    /// The names of its child Kustomizations.
    pub children: Vec<&'a str>,
}

/// Returns the names of the Kustomizations of the tree: those that the root applied, and those that they applied.
///
/// Until the root has applied anything, all that exist and are not being deleted.
pub(super) fn members(found: &[Kustomization]) -> BTreeSet<&str> {
    let mut members = BTreeSet::new();
    let mut open: Vec<&str> = children(found, ROOT);
    while let Some(name) = open.pop() {
        if name != ROOT && members.insert(name) {
            open.extend(children(found, name));
        }
    }
    if members.is_empty() {
        let others = found.iter().filter(|other| other.name != ROOT && !other.deleting);
        members.extend(others.map(|other| other.name.as_str()));
    }
    members
}

fn children<'a>(found: &'a [Kustomization], name: &str) -> Vec<&'a str> {
    named(found, name).map(|own| own.children.iter().map(String::as_str).collect()).unwrap_or_default()
}

/// Returns the phases in the order in which they become ready; of two that may become ready at once, the one with
/// fewer parts comes first.
///
/// A Kustomization is a part of another one if its directory lies in that of the other one, or if the other one
/// checks its health.
pub(super) fn phases(found: &[Kustomization]) -> Vec<Phase<'_>> {
    let members = members(found);
    let mut phases: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in &members {
        match top(found, &members, name) {
            top if top == *name => drop(phases.entry(top).or_default()),
            top => phases.entry(top).or_default().push(name),
        }
    }
    let levels = levels(found, &phases);
    let mut phases: Vec<Phase> =
        phases.into_iter().map(|(name, children)| Phase { name, children }).collect();
    phases.sort_by_key(|phase| (levels[phase.name], phase.children.len(), phase.name));
    phases
}

/// The outermost parent of a member; itself without one.
fn top<'a>(found: &'a [Kustomization], members: &BTreeSet<&'a str>, name: &'a str) -> &'a str {
    let (mut top, mut seen) = (name, BTreeSet::new());
    while seen.insert(top)
        && let Some(parent) = parent(found, members, top)
    {
        top = parent;
    }
    top
}

fn parent<'a>(found: &'a [Kustomization], members: &BTreeSet<&'a str>, name: &str) -> Option<&'a str> {
    let path = &named(found, name)?.path;
    let others = || found.iter().filter(|one| one.name != name && members.contains(one.name.as_str()));
    let around = others().filter(|one| contains(&one.path, path)).max_by_key(|one| one.path.len());
    let around = around.or_else(|| others().find(|one| one.checks.iter().any(|checked| checked == name)));
    around.map(|one| one.name.as_str())
}

/// Whether the directory `inner` lies in the directory `outer`.
fn contains(outer: &str, inner: &str) -> bool {
    let clean = |path: &str| path.trim_start_matches("./").trim_matches('/').to_owned();
    let (outer, inner) = (clean(outer), clean(inner));
    !outer.is_empty() && inner.strip_prefix(&outer).is_some_and(|rest| rest.starts_with('/'))
}

/// The number of phases that must be ready one after the other before each phase.
fn levels<'a>(found: &[Kustomization], phases: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeMap<&'a str, usize> {
    let mut levels: BTreeMap<&str, usize> = phases.keys().map(|name| (*name, 0)).collect();
    let phase_of = |name: &str| {
        let mut all = phases.iter();
        all.find(|(phase, parts)| **phase == name || parts.contains(&name)).map(|(phase, _)| *phase)
    };
    // More rounds than phases are only needed by a cycle, which has no order.
    for _ in 0..phases.len() {
        for (phase, parts) in phases {
            let own = parts.iter().chain([phase]).filter_map(|name| named(found, name));
            let needs = own.flat_map(|own| &own.depends_on).filter_map(|name| phase_of(name));
            let needed = needs.filter(|needed| needed != phase).map(|needed| levels[needed] + 1).max();
            levels.insert(phase, levels[phase].max(needed.unwrap_or(0)));
        }
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phases::example::tree;

    fn names<'a>(phases: &'a [Phase<'a>]) -> Vec<&'a str> {
        phases.iter().map(|phase| phase.name).collect()
    }

    #[test]
    fn phases_and_parts_follow_from_directories_and_dependencies() {
        let found = tree();
        let phases = phases(&found);
        assert_eq!(names(&phases), ["infrastructure-core", "gateway-config", "data", "apps"]);
        assert_eq!(phases[0].children, ["cert-manager", "cloudnative-pg", "envoy-gateway"]);
        assert_eq!(phases[2].children, ["database", "secrets"]);
    }

    #[test]
    fn renamed_added_and_removed_phases_are_those_of_the_tree() {
        let mut found = tree();
        let rename = |text: &mut String| *text = text.replace("apps", "services");
        found.iter_mut().filter(|one| one.name == "apps").for_each(|one| rename(&mut one.name));
        found[0].children.iter_mut().for_each(rename);
        // The former phase and a Kustomization of another owner still exist.
        found.push(Kustomization { name: "apps".into(), deleting: true, ..Kustomization::default() });
        found.push(Kustomization { name: "theirs".into(), path: "./x".into(), ..Kustomization::default() });
        found[0].children.push("search".into());
        let search = ["services".to_owned()];
        found.push(Kustomization {
            name: "search".into(),
            depends_on: search.into(),
            ..Kustomization::default()
        });
        let order = ["infrastructure-core", "gateway-config", "data", "services", "search"];
        assert_eq!(names(&phases(&found)), order);
    }

    #[test]
    fn a_cycle_of_phases_has_an_order() {
        let one = |name: &str, on: &str| Kustomization {
            name: name.into(),
            depends_on: vec![on.into()],
            ..Kustomization::default()
        };
        assert_eq!(names(&phases(&[one("a", "b"), one("b", "a")])).len(), 2);
        assert!(phases(&[]).is_empty());
    }
}
