//! The dependencies between the Kustomizations: those that can never be met, and what still may help. Pure.

use std::collections::BTreeSet;

use super::tree::{ROOT, members, named};
use crate::base::{digest::Digest, k8s::flux::Kustomization};

/// Returns the members that depend on a Kustomization that does not exist, with its name.
pub(super) fn missing(found: &[Kustomization]) -> Vec<(&str, &str)> {
    let members = members(found);
    let own = found.iter().filter(|one| members.contains(one.name.as_str()));
    own.flat_map(|one| one.needs.iter().map(move |need| (one.name.as_str(), need.as_str())))
        .filter(|(_, need)| named(found, need).is_none() && !members.contains(need))
        .collect()
}

/// Returns the cycles of Kustomizations that wait for each other's readiness, each with its first name at both
/// ends.
pub(super) fn cycles(found: &[Kustomization]) -> Vec<Vec<&str>> {
    let mut cycles: Vec<Vec<&str>> = Vec::new();
    for one in found {
        if cycles.iter().flatten().any(|name| *name == one.name) {
            continue;
        }
        cycles.extend(path_back(found, &one.name));
    }
    cycles
}

/// The shortest path of dependencies from `start` to itself.
fn path_back<'a>(found: &'a [Kustomization], start: &'a str) -> Option<Vec<&'a str>> {
    let mut seen = BTreeSet::new();
    let mut paths = std::collections::VecDeque::from([vec![start]]);
    while let Some(path) = paths.pop_front() {
        let own = named(found, path.last()?)?;
        for next in own.depends_on.iter().chain(&own.checks) {
            let longer = [&path[..], &[next.as_str()]].concat();
            if next == start {
                return Some(longer);
            }
            if named(found, next).is_some() && seen.insert(next) {
                paths.push_back(longer);
            }
        }
    }
    None
}

/// Returns whether something that is not ready at `digest` may still become ready without the Kustomizations
/// `failing`.
pub(super) fn has_hope(found: &[Kustomization], failing: &BTreeSet<&str>, digest: &Digest) -> bool {
    let is_ready = |name: &str| named(found, name).is_some_and(|one| one.ready_at(digest));
    if failing.contains(ROOT) {
        return false;
    }
    if !is_ready(ROOT) {
        return true;
    }
    let late: Vec<&str> = members(found).into_iter().filter(|name| !is_ready(name)).collect();
    let mut blocked = failing.clone();
    loop {
        let needs_blocked = |name: &&str| {
            let own = named(found, name);
            own.is_some_and(|own| {
                own.needs.iter().chain(&own.checks).any(|need| blocked.contains(need.as_str()))
            })
        };
        let more: Vec<&str> =
            late.iter().copied().filter(|name| !blocked.contains(name)).filter(needs_blocked).collect();
        if more.is_empty() {
            return late.iter().any(|name| !blocked.contains(name));
        }
        blocked.extend(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::digest::digest, phases::example::tree};

    fn ready(names: &[&str]) -> Vec<Kustomization> {
        let mut found = tree();
        for one in &mut found {
            if one.name == ROOT || names.contains(&one.name.as_str()) {
                (one.ready, one.applied) = (true, Some(digest('a')));
            }
        }
        found
    }

    #[test]
    fn a_dependency_on_an_absent_phase_is_found() {
        let mut found = tree();
        assert!(missing(&found).is_empty() && cycles(&found).is_empty());
        found[1].needs.push("databse".into());
        assert_eq!(missing(&found), [("apps", "databse")]);
    }

    #[test]
    fn a_cycle_is_found_through_dependencies_and_checks() {
        let mut found = tree();
        let apps = |found: &mut Vec<Kustomization>, name: &str| {
            found.iter_mut().find(|one| one.name == name).unwrap().depends_on.push("apps".into());
        };
        apps(&mut found, "gateway-config");
        assert_eq!(cycles(&found), [["apps", "gateway-config", "apps"]]);
        let mut found = tree();
        found.iter_mut().find(|one| one.name == "secrets").unwrap().depends_on.push("data".into());
        assert_eq!(cycles(&found), [["data", "secrets", "data"]], "`data` checks the health of `secrets`");
    }

    #[test]
    fn hope_ends_when_all_others_wait_for_what_fails() {
        let hope = |found: &[Kustomization], failing: &[&str]| {
            has_hope(found, &failing.iter().copied().collect(), &digest('a'))
        };
        let core = ["cert-manager", "cloudnative-pg", "envoy-gateway", "infrastructure-core", "secrets"];
        let found = ready(&core);
        assert!(hope(&found, &[]));
        assert!(hope(&found, &["database"]), "`gateway-config` may become ready");
        let found = ready(&[&core[..], &["gateway-config"]].concat());
        assert!(!hope(&found, &["database"]), "`data` and `apps` need the database");
        assert!(hope(&tree(), &["apps"]), "the root is not applied yet");
        assert!(!hope(&tree(), &[ROOT]));
    }
}
