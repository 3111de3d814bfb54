//! The phases and how far each is.

use std::{collections::BTreeSet, time::Duration};

use serde::Serialize;

use crate::base::{
    event::Pending,
    k8s::flux::{Kustomization, has_digest},
};

/// The Kustomization that applies the phases themselves, and the name of the artifact's source.
pub const ROOT: &str = "platform";

/// A phase of the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phase {
    /// Its name, which is that of its Kustomization.
    pub name: &'static str,
    /// The Kustomizations it is made of.
    pub parts: &'static [&'static str],
}

/// The phases, in the order in which they become ready.
pub const PHASES: [Phase; 4] = [
    Phase { name: "infrastructure-core", parts: &["cert-manager", "envoy-gateway", "cloudnative-pg"] },
    Phase { name: "gateway-config", parts: &[] },
    Phase { name: "data", parts: &["database", "secrets"] },
    Phase { name: "apps", parts: &[] },
];

/// How far a phase is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PhaseState {
    /// Its name.
    pub name: String,
    /// Whether it, and each of its parts, is ready at the digest that was asked for.
    pub ready: bool,
    /// The digest it was applied with last; empty before the first time.
    pub revision: String,
    /// Why it is not ready, or that it is.
    pub message: String,
}

/// The state of every phase, judged against the artifact `digest`; with an empty one, against whatever it runs.
pub fn states(found: &[Kustomization], digest: &str) -> Vec<PhaseState> {
    PHASES.iter().map(|phase| state(phase, found, digest)).collect()
}

fn state(phase: &Phase, found: &[Kustomization], digest: &str) -> PhaseState {
    let Some(own) = named(found, phase.name) else {
        let message = "not applied yet".to_owned();
        return PhaseState { name: phase.name.to_owned(), ready: false, revision: String::new(), message };
    };
    let late = phase.parts.iter().find(|part| !named(found, part).is_some_and(|part| is_ready(part, digest)));
    let ready = late.is_none() && is_ready(own, digest);
    PhaseState {
        name: phase.name.to_owned(),
        ready,
        revision: own.applied.rsplit('@').next().unwrap_or_default().to_owned(),
        message: message(own, late.copied(), ready, digest),
    }
}

fn message(own: &Kustomization, late: Option<&str>, ready: bool, digest: &str) -> String {
    if let (false, Some(late)) = (ready, late) {
        return format!("waits for its part `{late}`");
    }
    if own.ready && !ready && !has_digest(&own.applied, digest) {
        return "still at an earlier artifact".to_owned();
    }
    if own.suspended {
        return "suspended".to_owned();
    }
    first_line(&own.message).to_owned()
}

/// Whether a Kustomization is ready at `digest`, or at all where none is asked for.
pub(super) fn is_ready(found: &Kustomization, digest: &str) -> bool {
    if digest.is_empty() { found.ready } else { found.ready_at(digest) }
}

pub(super) fn named<'a>(found: &'a [Kustomization], name: &str) -> Option<&'a Kustomization> {
    found.iter().find(|kustomization| kustomization.name == name)
}

pub(super) fn first_line(text: &str) -> &str {
    text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default()
}

/// Whether the root and every Kustomization there is are ready at `digest`, and every phase exists.
pub(super) fn all_ready(found: &[Kustomization], digest: &str) -> bool {
    named(found, ROOT).is_some()
        && found.iter().all(|kustomization| is_ready(kustomization, digest))
        && states(found, digest).iter().all(|phase| phase.ready)
}

/// What blocks a Kustomization, as the tree tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// The resource, and what is known of it.
    pub resource: Option<(String, String)>,
    /// Since when, as time since the wait began.
    pub since: Duration,
}

/// The tree for people: each phase, then the parts of one that is not ready, each with what blocks it.
pub(super) fn tree(found: &[Kustomization], digest: &str, block: &dyn Fn(&str) -> Block) -> Vec<Pending> {
    let mut lines = Vec::new();
    for phase in &PHASES {
        let state = state(phase, found, digest);
        let pending = |part: String, name: &str, ready: bool, detail: String| {
            let Block { resource, since } = if ready { Block::default() } else { block(name) };
            let (blocker, detail) = resource.map_or((None, detail), |(title, why)| (Some(title), why));
            Pending { after: after(found, &part, name), part, ready, blocker, detail, since }
        };
        lines.push(pending(phase.name.to_owned(), phase.name, state.ready, state.message.clone()));
        if state.ready {
            continue;
        }
        for part in phase.parts {
            let own = named(found, part);
            let ready = own.is_some_and(|own| is_ready(own, digest));
            let detail = own.map_or("not applied yet", |own| first_line(&own.message)).to_owned();
            lines.push(pending(format!("{}/{part}", phase.name), part, ready, detail));
        }
    }
    lines
}

/// What `name` waits for, by the tree's names: its dependencies, and the parts it is made of.
fn after(found: &[Kustomization], part: &str, name: &str) -> Vec<String> {
    let of_tree = |name: &str| {
        let phase = PHASES.iter().find(|phase| phase.parts.contains(&name));
        phase.map_or_else(|| name.to_owned(), |phase| format!("{}/{name}", phase.name))
    };
    let parts =
        PHASES.iter().filter(|phase| phase.name == part).flat_map(|phase| phase.parts.iter().copied());
    let needs = named(found, name).map(|own| own.depends_on.as_slice()).unwrap_or_default();
    let names: BTreeSet<String> = needs.iter().map(String::as_str).chain(parts).map(of_tree).collect();
    names.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:aa";

    fn kustomization(name: &str, applied: &str) -> Kustomization {
        Kustomization {
            name: name.to_owned(),
            ready: true,
            applied: applied.to_owned(),
            message: format!("Applied revision: {applied}"),
            ..Kustomization::default()
        }
    }

    fn whole(applied: &str) -> Vec<Kustomization> {
        let parts =
            PHASES.iter().flat_map(|phase| std::iter::once(phase.name).chain(phase.parts.iter().copied()));
        std::iter::once(ROOT).chain(parts).map(|name| kustomization(name, applied)).collect()
    }

    #[test]
    fn ready_at_an_earlier_digest_is_not_ready() {
        let found = whole("sha256:old");
        let states = states(&found, DIGEST);
        assert!(states.iter().all(|phase| !phase.ready));
        assert_eq!(states[3].message, "still at an earlier artifact");
        assert!(!all_ready(&found, DIGEST) && all_ready(&found, "") && all_ready(&whole(DIGEST), DIGEST));
    }

    #[test]
    fn a_phase_waits_for_its_parts() {
        let mut found = whole(DIGEST);
        found.retain(|kustomization| kustomization.name != "envoy-gateway");
        let states = states(&found, DIGEST);
        assert!(!states[0].ready && states[1].ready);
        assert_eq!(states[0].message, "waits for its part `envoy-gateway`");
        assert!(!all_ready(&found, DIGEST));
    }

    #[test]
    fn the_tree_shows_parts_of_what_is_not_ready_and_names_the_blocker() {
        let mut found = whole(DIGEST);
        for late in ["infrastructure-core", "envoy-gateway"] {
            if let Some(found) = found.iter_mut().find(|kustomization| kustomization.name == late) {
                found.ready = false;
            }
        }
        let block = |name: &str| Block {
            resource: (name == "envoy-gateway").then(|| ("Pod a/b".to_owned(), "pulling".to_owned())),
            since: Duration::from_secs(3),
        };
        let lines = tree(&found, DIGEST, &block);
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
        assert_eq!(parts[4..], ["gateway-config", "data", "apps"], "the ready ones take one line each");
        assert_eq!((lines[2].blocker.as_deref(), lines[2].detail.as_str()), (Some("Pod a/b"), "pulling"));
        assert!(lines[1].ready && !lines[0].ready);
    }
}
