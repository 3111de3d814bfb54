//! The state of the phases.

use std::{collections::BTreeSet, time::Duration};

use serde::{Serialize, Serializer};

use super::tree::{Phase, ROOT, members, named, phases};
use crate::base::{digest::Digest, event::Pending, k8s::flux::Kustomization};

/// The state of a phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PhaseState {
    /// Its name.
    pub name: String,
    /// Whether it and its child Kustomizations are ready at the requested digest.
    pub ready: bool,
    /// The digest that was applied last; `None`, as an empty text, before the first one.
    #[serde(serialize_with = "text_or_empty")]
    pub revision: Option<Digest>,
    /// The last message of its Kustomization, with the reason if it is not ready.
    pub message: String,
    /// The resource that blocks it, with its state; `None` if it is ready or none is known.
    pub blocker: Option<String>,
}

#[expect(clippy::ref_option, reason = "serde passes the field")]
fn text_or_empty<S: Serializer>(digest: &Option<Digest>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(digest.as_deref().unwrap_or_default())
}

/// Returns the state of every phase at the artifact `digest`; without a digest, at any artifact.
///
/// A root that is not ready comes first: what it did not apply is not known.
pub fn states(found: &[Kustomization], digest: Option<&Digest>) -> Vec<PhaseState> {
    let root = Phase { name: ROOT, children: Vec::new() };
    let root = Some(state(&root, found, digest)).filter(|state| !state.ready);
    root.into_iter().chain(phases(found).iter().map(|phase| state(phase, found, digest))).collect()
}

fn state(phase: &Phase<'_>, found: &[Kustomization], digest: Option<&Digest>) -> PhaseState {
    let name = phase.name.to_owned();
    let Some(own) = named(found, phase.name) else {
        let message = "not applied yet".to_owned();
        return PhaseState { name, ready: false, revision: None, message, blocker: None };
    };
    let not_ready =
        phase.children.iter().find(|child| !named(found, child).is_some_and(|child| is_ready(child, digest)));
    let ready = not_ready.is_none() && is_ready(own, digest);
    let message = message(own, not_ready.copied(), ready, digest);
    PhaseState { name, ready, revision: own.applied.clone(), message, blocker: None }
}

fn message(own: &Kustomization, not_ready: Option<&str>, ready: bool, digest: Option<&Digest>) -> String {
    if let (false, Some(not_ready)) = (ready, not_ready) {
        return format!("waits for the child Kustomization `{not_ready}`");
    }
    if own.ready && !ready && digest.is_none_or(|digest| own.applied.as_ref() != Some(digest)) {
        return "still runs an earlier artifact".to_owned();
    }
    if own.suspended {
        return "suspended".to_owned();
    }
    match first_line(&own.message) {
        "" => "Flux has not reported a state yet".to_owned(),
        message => message.to_owned(),
    }
}

/// Returns whether a Kustomization is ready at `digest`; without a digest, at any artifact.
fn is_ready(found: &Kustomization, digest: Option<&Digest>) -> bool {
    digest.map_or(found.ready, |digest| found.ready_at(digest))
}

pub(super) fn first_line(text: &str) -> &str {
    text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default()
}

/// Returns whether the root and everything that it applied are ready at `digest`. Other Kustomizations, such as
/// those of a former tree, do not matter.
pub(super) fn all_ready(found: &[Kustomization], digest: &Digest) -> bool {
    let is_ready = |name: &str| named(found, name).is_some_and(|one| one.ready_at(digest));
    is_ready(ROOT) && members(found).into_iter().all(is_ready)
}

/// What is known about a Kustomization that is not ready, as the tree shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// The resource and its state.
    pub resource: Option<(String, String)>,
    /// The last failure that the Kustomization reported.
    pub report: Option<String>,
    /// When the block began, as time since the start of the wait.
    pub since: Duration,
}

/// Returns the progress tree: the root until it is ready, each phase, and the child Kustomizations of a phase that
/// is not ready, with their blockers.
pub(super) fn tree(found: &[Kustomization], digest: &Digest, block: &dyn Fn(&str) -> Block) -> Vec<Pending> {
    let phases = phases(found);
    let pending = |part: String, state: PhaseState| {
        let Block { resource, report, since } =
            if state.ready { Block::default() } else { block(&state.name) };
        let report = report.map_or(state.message, |report| first_line(&report).to_owned());
        let (blocker, detail) = resource.map_or((None, report), |(title, why)| (Some(title), why));
        let after = after(found, &phases, &state.name);
        Pending { part, ready: state.ready, blocker, detail, since, after }
    };
    let mut lines = Vec::new();
    for state in states(found, Some(digest)) {
        let (name, ready) = (state.name.clone(), state.ready);
        lines.push(pending(name.clone(), state));
        let phase = phases.iter().find(|phase| phase.name == name && !ready);
        for part in phase.into_iter().flat_map(|phase| &phase.children) {
            let own = self::state(&Phase { name: part, children: Vec::new() }, found, Some(digest));
            lines.push(pending(format!("{name}/{part}"), own));
        }
    }
    lines
}

/// Returns what `name` waits for, by the names in the tree: its dependencies and its child Kustomizations.
fn after(found: &[Kustomization], phases: &[Phase<'_>], name: &str) -> Vec<String> {
    let of_tree = |name: &str| {
        let phase = phases.iter().find(|phase| phase.children.contains(&name));
        phase.map_or_else(|| name.to_owned(), |phase| format!("{}/{name}", phase.name))
    };
    let children =
        phases.iter().filter(|phase| phase.name == name).flat_map(|phase| phase.children.iter().copied());
    let needs = named(found, name).map(|own| own.depends_on.as_slice()).unwrap_or_default();
    let names: BTreeSet<String> = needs.iter().map(String::as_str).chain(children).map(of_tree).collect();
    names.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::digest::digest, phases::example};

    fn whole(applied: &Digest) -> Vec<Kustomization> {
        let mut found = example::tree();
        for one in &mut found {
            (one.ready, one.applied) = (true, Some(applied.clone()));
            one.message = format!("Applied revision: {applied}");
        }
        found
    }

    #[test]
    fn ready_at_an_earlier_digest_is_not_ready() {
        let (found, other) = (whole(&digest('b')), digest('a'));
        let states = super::states(&found, Some(&other));
        assert!(states.iter().all(|phase| !phase.ready));
        assert_eq!((states[0].name.as_str(), states.len()), (ROOT, 5));
        assert_eq!(states[4].message, "still runs an earlier artifact");
        assert!(super::states(&found, None).iter().all(|phase| phase.ready));
        assert!(!all_ready(&found, &other) && all_ready(&found, &digest('b')));
    }

    #[test]
    fn phase_waits_for_its_child_kustomizations() {
        let mut found = whole(&digest('a'));
        found.retain(|kustomization| kustomization.name != "envoy-gateway");
        let states = states(&found, Some(&digest('a')));
        assert!(!states[0].ready && states[1].ready, "{states:?}");
        assert!(!all_ready(&found, &digest('a')), "the root applied it");
    }

    #[test]
    fn only_what_the_root_applied_is_waited_for() {
        let mut found = whole(&digest('a'));
        found.push(Kustomization { name: "former".into(), deleting: true, ..Kustomization::default() });
        assert!(all_ready(&found, &digest('a')));
        found[0].children.push("search".into());
        assert!(!all_ready(&found, &digest('a')), "an added phase does not exist yet");
        let added = states(&found, Some(&digest('a')));
        let search = added.iter().find(|phase| phase.name == "search").unwrap();
        assert_eq!((search.ready, search.message.as_str()), (false, "not applied yet"));
    }

    #[test]
    fn a_root_that_fails_is_the_first_phase() {
        let root =
            Kustomization { name: ROOT.into(), message: "bad YAML".into(), ..Kustomization::default() };
        let states = states(&[root], Some(&digest('a')));
        assert_eq!((states[0].name.as_str(), states[0].message.as_str()), (ROOT, "bad YAML"));
        assert_eq!(super::states(&[], None)[0].message, "not applied yet");
    }

    #[test]
    fn tree_shows_unready_children_and_their_blockers() {
        let mut found = whole(&digest('a'));
        for late in ["infrastructure-core", "envoy-gateway", "apps"] {
            if let Some(found) = found.iter_mut().find(|kustomization| kustomization.name == late) {
                (found.ready, found.message) = (false, "Reconciliation in progress".into());
            }
        }
        let block = |name: &str| Block {
            resource: (name == "envoy-gateway").then(|| ("Pod a/b".to_owned(), "pulling".to_owned())),
            report: (name == "apps").then(|| "Deployment/x dry-run failed\nmore".to_owned()),
            since: Duration::from_secs(3),
        };
        let lines = tree(&found, &digest('a'), &block);
        let parts: Vec<&str> = lines.iter().map(|line| line.part.as_str()).collect();
        assert_eq!(
            parts[..4],
            [
                "infrastructure-core",
                "infrastructure-core/cert-manager",
                "infrastructure-core/cloudnative-pg",
                "infrastructure-core/envoy-gateway",
            ]
        );
        assert_eq!(parts[4..], ["gateway-config", "data", "apps"], "a ready phase has one line");
        assert_eq!((lines[3].blocker.as_deref(), lines[3].detail.as_str()), (Some("Pod a/b"), "pulling"));
        assert_eq!(lines[6].detail, "Deployment/x dry-run failed", "the failure outlasts the next attempt");
        assert!(lines[1].ready && !lines[0].ready);
    }
}
