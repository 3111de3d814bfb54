//! The interface between the driver and an environment's cluster and registry.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
};

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    base::{digest::Digest, failure::Result},
    promotion::{
        probe_stats::ProbeStats,
        readings::Readings,
        trial::{Plan, Trial},
    },
};

/// Read access to an environment. No method changes anything.
///
/// The methods do not wait: the driver polls. It treats an error of a method as "not yet" until its own
/// deadline.
pub trait ObservedEnvironment {
    /// Reads the artifact `digest` from the target's registry, else from the source's, and which of its
    /// contents are missing.
    fn inspect(&self, digest: &Digest) -> impl Future<Output = Result<Content>>;

    /// Observes the phases, the workloads, the database and the gateway.
    fn state(&self) -> impl Future<Output = Result<State>>;

    /// Observes the canary; `None` if no object and no traffic share of one exists.
    fn canary(&self) -> impl Future<Output = Result<Option<CanaryState>>>;

    /// Returns the public age keys that the environment's secrets can be opened with after a deployment; `None` if
    /// unknown.
    fn keys(&self) -> impl Future<Output = Result<Option<BTreeSet<String>>>>;

    /// Reads the number and the content of the readings that arrived before `before`.
    fn readings(&self, before: Timestamp) -> impl Future<Output = Result<Readings>>;
}

/// Write access to an environment.
///
/// Every method can be called again after a crash at any point: each observes first what is already done.
/// Errors of [`Target::copy`] and [`Target::deploy`] end the promotion.
pub trait Target: ObservedEnvironment {
    /// Copies the missing content of the artifact `digest` to the target's registry: components, images, then
    /// the artifact itself.
    fn copy(&self, digest: &Digest) -> impl Future<Output = Result<Copied>>;

    /// Points the target's Flux at the artifact `digest` with the environment's variables. Removes a traffic
    /// share.
    fn deploy(&self, digest: &Digest) -> impl Future<Output = Result<()>>;

    /// Starts the backend of the artifact `digest` as canary and sets its traffic share to `percent`.
    ///
    /// `percent` must be 0 until [`ObservedEnvironment::canary`] reports it as ready. Nothing else changes.
    fn set_canary_weight(&self, digest: &Digest, percent: u8) -> impl Future<Output = Result<()>>;

    /// Sets the traffic share to 0, then removes the canary, one step per call. Returns whether it is removed.
    fn remove_canary(&self) -> impl Future<Output = Result<bool>>;

    /// Starts the probe buoys and the HTTP probe, unless they run.
    fn start_probes(&self) -> impl Future<Output = Result<()>>;

    /// Reads the measurements of the probes since `since`.
    fn probe_stats(&self, since: Timestamp) -> impl Future<Output = Result<ProbeStats>>;

    /// Starts the HTTP probe that sends requests to the canary only, unless it runs. The probes must run.
    fn start_canary_probe(&self) -> impl Future<Output = Result<()>>;

    /// Reads the measurements of the canary's own probe since `since`.
    fn canary_stats(&self, since: Timestamp) -> impl Future<Output = Result<ProbeStats>>;

    /// Runs migrations on a copy of the schema beside the environment's database, under load, and removes it.
    fn try_migrations(&self, plan: &Plan) -> impl Future<Output = Result<Trial>>;

    /// Stops all probes and removes the probe buoys.
    fn stop_probes(&self) -> impl Future<Output = Result<()>>;
}

/// The content of an artifact and its availability in the registries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Content {
    /// The commit it was packed from, 40 or 64 hex digits; `None` if unknown.
    pub commit: Option<String>,
    /// Whether the work tree differed from that commit.
    pub dirty: bool,
    /// The images that its files reference, by repository without registry.
    pub images: BTreeMap<String, Digest>,
    /// Image references in its files without a digest.
    pub unpinned: Vec<String>,
    /// The content that the target's registry lacks: repositories with digests, sorted.
    pub missing: Vec<String>,
    /// The entries of `missing` that the source's registry lacks too, so that they cannot be copied.
    pub unavailable: Vec<String>,
    /// The public age keys that each of its Secrets for the target is encrypted for; `None` if unknown.
    pub recipients: Option<Vec<BTreeSet<String>>>,
    /// Whether its backend can share requests with the backend of another digest.
    pub supports_canary: bool,
}

/// The amount of content copied to the target's registry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Copied {
    /// Manifests (images, components and the artifact) that the registry lacked.
    pub manifests: usize,
    /// Bytes that were sent.
    pub bytes: u64,
}

/// The observed state of an environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct State {
    /// The artifact that its Flux points at; `None` before the first deployment.
    pub digest: Option<Digest>,
    /// Its phases in order, then its workloads, the database and the gateway.
    pub resources: Vec<ResourceState>,
    /// The time at which the last resource became ready at that digest; `None` while one is not ready.
    pub ready_since: Option<Timestamp>,
    /// A terminal error at that digest, if there is one.
    pub terminal: Option<String>,
}

/// The observed state of a canary.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CanaryState {
    /// The traffic share that the gateway has applied; `None` while it changes.
    pub percent: Option<u8>,
    /// Whether it can serve requests.
    pub ready: bool,
    /// What it waits for; empty if unknown or ready.
    pub message: String,
    /// A terminal error, if there is one.
    pub terminal: Option<String>,
}

/// One resource of an environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ResourceState {
    /// `phase/<name>`, `workload/<namespace>/<name>`, `database`, `gateway`.
    pub name: String,
    /// Whether it is ready at exactly the version that [`State::digest`] contains.
    pub ready: bool,
    /// What it waits for, or the reason why it fails; empty if unknown or ready.
    pub message: String,
}

impl State {
    /// Returns whether Flux points at `digest` and every resource is ready at it.
    pub fn is_ready_at(&self, digest: &Digest) -> bool {
        self.digest.as_ref() == Some(digest)
            && !self.resources.is_empty()
            && self.resources.iter().all(|resource| resource.ready)
    }

    /// Returns whether Flux points at `digest`, and resources that are not ready can still become ready.
    pub fn is_progressing(&self, digest: &Digest) -> bool {
        self.digest.as_ref() == Some(digest)
            && self.terminal.is_none()
            && self.resources.iter().any(|resource| !resource.ready)
    }

    /// Describes in one line why it is not ready at `digest`; empty if it is.
    pub fn missing(&self, digest: &Digest) -> String {
        match &self.digest {
            None => "it runs no artifact".to_owned(),
            Some(other) if other != digest => format!("it runs {other}"),
            Some(_) if self.resources.is_empty() => "the state of its resources is unknown".to_owned(),
            Some(_) => {
                let describe = |resource: &ResourceState| match resource.message.as_str() {
                    "" => format!("{} is not ready", resource.name),
                    message => format!("{}: {message}", resource.name),
                };
                self.resources
                    .iter()
                    .filter(|resource| !resource.ready)
                    .map(describe)
                    .collect::<Vec<_>>()
                    .join("; ")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::digest;

    #[test]
    fn ready_requires_every_part_at_the_digest() {
        let resource = |name: &str, ready| ResourceState { name: name.into(), ready, message: String::new() };
        let mut state = State { digest: Some(digest('a')), ..State::default() };
        assert!(!state.is_ready_at(&digest('a')), "no resource is known");
        state.resources = vec![resource("phase/data", true), resource("phase/apps", false)];
        assert!(!state.is_ready_at(&digest('a')));
        assert_eq!(state.missing(&digest('a')), "phase/apps is not ready");
        state.resources[1].ready = true;
        assert!(state.is_ready_at(&digest('a')));
        assert_eq!(state.missing(&digest('a')), "");
        assert!(!state.is_ready_at(&digest('b')));
        assert_eq!(state.missing(&digest('b')), format!("it runs {}", digest('a')));
    }
}
