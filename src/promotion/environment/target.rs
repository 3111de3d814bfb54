//! What a promotion needs of an environment's cluster and registry: all that the driver knows of them.

use std::{collections::BTreeMap, future::Future};

use jiff::Timestamp;
use serde::Serialize;

use crate::base::failure::Result;
use crate::promotion::ProbeStats;

/// An environment that can be brought to a digest, wherever its cluster runs.
///
/// Every method may be called again after a crash at any moment: each looks at the world first. None waits for the
/// cluster to follow: the driver asks [`Target::state`] again and again. Errors of a look are taken for "not yet" until
/// the driver's deadline; errors of [`Target::copy`] and [`Target::hand_over`] end the promotion.
pub trait Target {
    /// Reads the artifact `digest` (from the target's registry, else from the source's) and what of it is missing. Changes nothing.
    fn inspect(&self, digest: &str) -> impl Future<Output = Result<Content>>;

    /// Copies what the target's registry lacks of the artifact `digest`: its parts, every image they name, then the artifact itself.
    fn copy(&self, digest: &str) -> impl Future<Output = Result<Copied>>;

    /// Tells the target's Flux to run the artifact `digest` with the environment's variables.
    fn hand_over(&self, digest: &str) -> impl Future<Output = Result<()>>;

    /// Looks at what runs.
    fn state(&self) -> impl Future<Output = Result<State>>;

    /// What the canary buoys counted; the first call sets them to sea.
    fn canary(&self) -> impl Future<Output = Result<ProbeStats>>;

    /// Has the backend of the artifact `digest` run beside the one that runs, and gives it `percent` of the API's requests: 0
    /// until [`Target::trial`] says that it is ready, for nobody would answer them. Nothing else changes.
    fn share(&self, digest: &str, percent: u8) -> impl Future<Output = Result<()>>;

    /// What is tried out beside what runs; `None` where nothing of it is left.
    fn trial(&self) -> impl Future<Output = Result<Option<Trial>>>;

    /// What those counted who ask for the backend that is tried out and for nobody else; the first call begins to ask.
    fn tried(&self) -> impl Future<Output = Result<ProbeStats>>;

    /// Takes its share back, and then the backend itself, by one step each time it is called. Tells whether nothing is left.
    fn withdraw(&self) -> impl Future<Output = Result<bool>>;

    /// Takes the canary buoys away again; called at the end of every watch, however it ended.
    fn finish(&self) -> impl Future<Output = Result<()>> {
        async { Ok(()) }
    }
}

/// What an artifact is made of, and where it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Content {
    /// The commit it was packed from, 40 or 64 hex digits; `None` where it was not known.
    pub commit: Option<String>,
    /// Whether the work tree differed from that commit.
    pub dirty: bool,
    /// The images that its files name: repository without registry, to `sha256:` and 64 hex digits.
    pub images: BTreeMap<String, String>,
    /// References in its files that name no digest.
    pub unpinned: Vec<String>,
    /// What the target's registry lacks: repositories with digests, sorted.
    pub missing: Vec<String>,
    /// What of `missing` the source's registry lacks too, so that it cannot be copied.
    pub nowhere: Vec<String>,
    /// Whether its backend can be tried out beside that of another digest, and another's beside its own.
    pub canary: bool,
}

/// What was copied to the target's registry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Copied {
    /// Manifests (images, parts and the artifact) that were not there before.
    pub manifests: usize,
    /// Bytes that were sent.
    pub bytes: u64,
}

/// What runs in an environment at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct State {
    /// The artifact that its Flux is told to run; `None` before the first.
    pub digest: Option<String>,
    /// Its phases in order, then its workloads, the database and the gateway.
    pub parts: Vec<Part>,
    /// Since when every part has been ready at that digest; `None` while one is not.
    pub ready_since: Option<Timestamp>,
    /// Why it will never be ready at that digest, whatever time it is given; `None` while there is hope.
    pub terminal: Option<String>,
}

/// A backend beside the one that runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trial {
    /// How much of the API's requests it gets, by what the gateway has taken up; `None` while that changes.
    pub percent: Option<u8>,
    /// Whether it is ready to answer.
    pub ready: bool,
    /// What it waits for; empty where nothing is to be said.
    pub message: String,
    /// Why it will never be ready, whatever time it is given; `None` while there is hope.
    pub terminal: Option<String>,
}

/// One part of an environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Part {
    /// `phase/<name>`, `workload/<namespace>/<name>`, `database`, `gateway`.
    pub name: String,
    /// Whether it is ready, and at exactly the version that [`State::digest`] asks for.
    pub ready: bool,
    /// What it waits for, or why it fails; empty where nothing is to be said.
    pub message: String,
}

impl State {
    /// Whether it is told to run `digest`, and every part is ready at it.
    pub fn is_ready_at(&self, digest: &str) -> bool {
        self.digest.as_deref() == Some(digest)
            && !self.parts.is_empty()
            && self.parts.iter().all(|part| part.ready)
    }

    /// Whether it is told to run `digest`, and what is not ready of it may still become so.
    pub fn is_coming(&self, digest: &str) -> bool {
        self.digest.as_deref() == Some(digest)
            && self.terminal.is_none()
            && self.parts.iter().any(|part| !part.ready)
    }

    /// What is missing until it is ready at `digest`, in one line; empty when nothing is.
    pub fn missing(&self, digest: &str) -> String {
        match self.digest.as_deref() {
            None => "it runs no artifact".to_owned(),
            Some(other) if other != digest => format!("it runs {other}"),
            Some(_) if self.parts.is_empty() => "nothing is known of its parts".to_owned(),
            Some(_) => {
                let told = |part: &Part| match part.message.as_str() {
                    "" => format!("{} is not ready", part.name),
                    message => format!("{}: {message}", part.name),
                };
                self.parts.iter().filter(|part| !part.ready).map(told).collect::<Vec<_>>().join("; ")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_means_every_part_at_that_digest() {
        let part = |name: &str, ready| Part { name: name.into(), ready, message: String::new() };
        let mut state = State { digest: Some("sha256:a".into()), ..State::default() };
        assert!(!state.is_ready_at("sha256:a"), "nothing is known");
        state.parts = vec![part("phase/data", true), part("phase/apps", false)];
        assert_eq!(
            (state.is_ready_at("sha256:a"), state.missing("sha256:a").as_str()),
            (false, "phase/apps is not ready")
        );
        state.parts[1].ready = true;
        assert!(state.is_ready_at("sha256:a") && state.missing("sha256:a").is_empty());
        assert_eq!(
            (state.is_ready_at("sha256:b"), state.missing("sha256:b").as_str()),
            (false, "it runs sha256:a")
        );
    }
}
