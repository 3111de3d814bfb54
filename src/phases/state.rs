//! The phases of the platform and their state.

use std::{collections::BTreeSet, time::Duration};

use serde::{Serialize, Serializer};

use crate::base::{digest::Digest, event::Pending, k8s::flux::Kustomization};

/// The name of the Kustomization that applies the phases, and of the artifact's source.
pub const ROOT: &str = "platform";

/// A phase of the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phase {
    /// The name of its Kustomization.
    pub name: &'static str,
    /// Its child Kustomizations.
    pub children: &'static [&'static str],
}

/// The phases, in the order in which they become ready.
pub const PHASES: [Phase; 4] = [
    Phase { name: "infrastructure-core", children: &["cert-manager", "envoy-gateway", "cloudnative-pg"] },
    Phase { name: "gateway-config", children: &[] },
    Phase { name: "data", children: &["database", "secrets"] },
    Phase { name: "apps", children: &[] },
];

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
}

#[expect(clippy::ref_option, reason = "serde passes the field")]
fn text_or_empty<S: Serializer>(digest: &Option<Digest>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(digest.as_deref().unwrap_or_default())
}

/// Returns the state of every phase at the artifact `digest`; without a digest, at any artifact.
pub fn states(found: &[Kustomization], digest: Option<&Digest>) -> Vec<PhaseState> {
    PHASES.iter().map(|phase| state(phase, found, digest)).collect()
}

fn state(phase: &Phase, found: &[Kustomization], digest: Option<&Digest>) -> PhaseState {
    let Some(own) = named(found, phase.name) else {
        let message = "not applied yet".to_owned();
        return PhaseState { name: phase.name.to_owned(), ready: false, revision: None, message };
    };
    let not_ready =
        phase.children.iter().find(|child| !named(found, child).is_some_and(|child| is_ready(child, digest)));
    let ready = not_ready.is_none() && is_ready(own, digest);
    PhaseState {
        name: phase.name.to_owned(),
        ready,
        revision: own.applied.clone(),
        message: message(own, not_ready.copied(), ready, digest),
    }
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
    first_line(&own.message).to_owned()
}

/// Returns whether a Kustomization is ready at `digest`; without a digest, at any artifact.
fn is_ready(found: &Kustomization, digest: Option<&Digest>) -> bool {
    digest.map_or(found.ready, |digest| found.ready_at(digest))
}

pub(super) fn named<'a>(found: &'a [Kustomization], name: &str) -> Option<&'a Kustomization> {
    found.iter().find(|kustomization| kustomization.name == name)
}

pub(super) fn first_line(text: &str) -> &str {
    text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default()
}

/// Returns whether the root and all other Kustomizations are ready at `digest`, and every phase exists.
pub(super) fn all_ready(found: &[Kustomization], digest: &Digest) -> bool {
    named(found, ROOT).is_some()
        && found.iter().all(|kustomization| kustomization.ready_at(digest))
        && states(found, Some(digest)).iter().all(|phase| phase.ready)
}

/// The blocker of a Kustomization, as the tree shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// The resource and its state.
    pub resource: Option<(String, String)>,
    /// When the block began, as time since the start of the wait.
    pub since: Duration,
}

/// Returns the progress tree: each phase, and the child Kustomizations of a phase that is not ready, with their
/// blockers.
pub(super) fn tree(found: &[Kustomization], digest: &Digest, block: &dyn Fn(&str) -> Block) -> Vec<Pending> {
    let mut lines = Vec::new();
    for phase in &PHASES {
        let state = state(phase, found, Some(digest));
        let pending = |part: String, name: &str, ready: bool, detail: String| {
            let Block { resource, since } = if ready { Block::default() } else { block(name) };
            let (blocker, detail) = resource.map_or((None, detail), |(title, why)| (Some(title), why));
            Pending { after: after(found, &part, name), part, ready, blocker, detail, since }
        };
        lines.push(pending(phase.name.to_owned(), phase.name, state.ready, state.message.clone()));
        if state.ready {
            continue;
        }
        for child in phase.children {
            let own = named(found, child);
            let ready = own.is_some_and(|own| own.ready_at(digest));
            let detail = own.map_or("not applied yet", |own| first_line(&own.message)).to_owned();
            lines.push(pending(format!("{}/{child}", phase.name), child, ready, detail));
        }
    }
    lines
}

/// Returns what `name` waits for, by the names in the tree: its dependencies and its child Kustomizations.
fn after(found: &[Kustomization], part: &str, name: &str) -> Vec<String> {
    let of_tree = |name: &str| {
        let phase = PHASES.iter().find(|phase| phase.children.contains(&name));
        phase.map_or_else(|| name.to_owned(), |phase| format!("{}/{name}", phase.name))
    };
    let children =
        PHASES.iter().filter(|phase| phase.name == part).flat_map(|phase| phase.children.iter().copied());
    let needs = named(found, name).map(|own| own.depends_on.as_slice()).unwrap_or_default();
    let names: BTreeSet<String> = needs.iter().map(String::as_str).chain(children).map(of_tree).collect();
    names.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::digest;

    fn kustomization(name: &str, applied: &Digest) -> Kustomization {
        Kustomization {
            name: name.to_owned(),
            ready: true,
            applied: Some(applied.clone()),
            message: format!("Applied revision: {applied}"),
            ..Kustomization::default()
        }
    }

    fn whole(applied: &Digest) -> Vec<Kustomization> {
        let names =
            PHASES.iter().flat_map(|phase| std::iter::once(phase.name).chain(phase.children.iter().copied()));
        std::iter::once(ROOT).chain(names).map(|name| kustomization(name, applied)).collect()
    }

    #[test]
    fn ready_at_an_earlier_digest_is_not_ready() {
        let (found, other) = (whole(&digest('b')), digest('a'));
        let states = super::states(&found, Some(&other));
        assert!(states.iter().all(|phase| !phase.ready));
        assert_eq!(states[3].message, "still runs an earlier artifact");
        assert!(super::states(&found, None).iter().all(|phase| phase.ready));
        assert!(!all_ready(&found, &other) && all_ready(&found, &digest('b')));
    }

    #[test]
    fn phase_waits_for_its_child_kustomizations() {
        let mut found = whole(&digest('a'));
        found.retain(|kustomization| kustomization.name != "envoy-gateway");
        let states = states(&found, Some(&digest('a')));
        assert!(!states[0].ready && states[1].ready);
        assert_eq!(states[0].message, "waits for the child Kustomization `envoy-gateway`");
        assert!(!all_ready(&found, &digest('a')));
    }

    #[test]
    fn tree_shows_unready_children_and_their_blockers() {
        let mut found = whole(&digest('a'));
        for not_ready in ["infrastructure-core", "envoy-gateway"] {
            if let Some(found) = found.iter_mut().find(|kustomization| kustomization.name == not_ready) {
                found.ready = false;
            }
        }
        let block = |name: &str| Block {
            resource: (name == "envoy-gateway").then(|| ("Pod a/b".to_owned(), "pulling".to_owned())),
            since: Duration::from_secs(3),
        };
        let lines = tree(&found, &digest('a'), &block);
        let parts: Vec<&str> = lines.iter().map(|line| line.part.as_str()).collect();
        assert_eq!(
            parts[..4],
            [
                "infrastructure-core",
                "infrastructure-core/cert-manager",
                "infrastructure-core/envoy-gateway",
                "infrastructure-core/cloudnative-pg"
            ]
        );
        assert_eq!(parts[4..], ["gateway-config", "data", "apps"], "a ready phase has one line");
        assert_eq!((lines[2].blocker.as_deref(), lines[2].detail.as_str()), (Some("Pod a/b"), "pulling"));
        assert!(lines[1].ready && !lines[0].ready);
    }
}
