//! The input of the driver: the order, its rules and time limits, and the evidence for the gates.

use std::{future::Future, time::Duration};

use crate::{
    base::{
        digest::Digest,
        failure::{Failure, Kind, Result},
        give_up,
    },
    config::EnvName,
    promotion::{
        gates::{Cost, Migrations, Parity},
        store::{
            EnvLock,
            history::{Action, History},
        },
        target::{Content, State},
        verdict::Thresholds,
    },
};

/// An order to promote or roll back.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// A promotion or a rollback.
    pub action: Action,
    /// The environment to change.
    pub environment: EnvName,
    /// The environment that the digest comes from; `None` if unknown.
    pub from: Option<EnvName>,
    /// The digest to deploy.
    pub digest: Digest,
    /// The requirements of the environment.
    pub rules: Rules,
    /// The traffic share of a canary in percent; `None` deploys without a canary.
    pub canary: Option<u8>,
}

/// The requirements of an environment for a digest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// Whether it is treated as production, which requires a clean tree and signed records.
    pub guarded: bool,
    /// How long the source must have been Ready.
    pub soak: Duration,
    /// Required approvals of the pull request.
    pub approvals: u8,
    /// The limits of the watch.
    pub limits: Thresholds,
    /// The longest time that a new migration may make a request wait on a copy of the schema; `None` if no migration
    /// is tried, as outside a rehearsal.
    pub migration_stall: Option<Duration>,
}

/// Intervals and time limits of the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The pause between two observations while it waits for Ready.
    pub poll: Duration,
    /// The pause between two samples of the watch.
    pub sample: Duration,
    /// How long one observation may take.
    pub observation_limit: Duration,
    /// How long the target may take to become Ready.
    pub ready: Duration,
    /// How long a terminal error must last before the run gives up.
    pub grace: Duration,
    /// After this time without the terminal error, `grace` starts again.
    pub reset_after: Duration,
}

impl Pace {
    /// Values for a real cluster. A rolling update of a database can run for minutes.
    pub const USUAL: Self = Self {
        poll: Duration::from_secs(1),
        sample: Duration::from_secs(5),
        observation_limit: Duration::from_secs(30),
        ready: Duration::from_mins(15),
        grace: give_up::GRACE,
        reset_after: give_up::RESET_AFTER,
    };
}

/// The evidence for the gates of a promotion, in addition to the state of the target.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The state of the source environment.
    pub source: State,
    /// The number of files in the tree that the artifact was packed from, or why it is invalid.
    pub tree: Result<usize, String>,
    /// The migrations of the current and of the new digest, or why they cannot be compared.
    pub migrations: Result<Migrations, String>,
    /// The migrations of the rehearsed environment and of the new digest, or why they cannot be compared; `None`
    /// outside a rehearsal.
    pub rehearsed: Option<Result<Migrations, String>>,
    /// Whether the repository has the artifact's commit.
    pub commit_is_known: bool,
    /// Files of the work tree that a promotion reads and that have uncommitted changes.
    pub edited: Vec<String>,
    /// The comparison of the source and the target.
    pub parity: Parity,
    /// The removed phases whose objects another phase takes over, or why the phases cannot be compared.
    pub phases: Result<Vec<String>, String>,
    /// The cost of the environment's infrastructure.
    pub cost: Cost,
}

/// Collects the evidence for the gates.
pub trait EvidenceSource {
    /// Collects the evidence for an artifact with `content` that replaces the digest in `lock`.
    fn collect(&self, content: &Content, lock: Option<&EnvLock>) -> impl Future<Output = Result<Evidence>>;
}

/// The evidence source of a rollback, whose gates need none.
pub struct NoEvidence;

impl EvidenceSource for NoEvidence {
    async fn collect(&self, _: &Content, _: Option<&EnvLock>) -> Result<Evidence> {
        Err(Failure::new(Kind::Internal, "a rollback collects no evidence"))
    }
}

/// Returns the digest that a rollback without `--to` deploys: the last verified one before the current one.
///
/// An interrupted rollback has already changed the lock file to an earlier verified digest. It is continued.
pub fn rollback_target(lock: Option<&EnvLock>, history: &History) -> Result<Digest> {
    let nothing = |why: &str| {
        Failure::new(Kind::Promotion, "there is no digest to roll back to")
            .because(why.to_owned())
            .hint("find a verified digest with `seasense history ENV`, then use `--to DIGEST`")
    };
    let current =
        lock.ok_or_else(|| nothing("the environment has no lock file: no digest was promoted to it yet"))?;
    let newest = history.verified().next().ok_or_else(|| nothing("no digest was verified there yet"))?;
    if current.digest != newest.digest {
        let interrupted = history.verified().any(|record| record.digest == current.digest);
        return Ok(if interrupted { current.digest.clone() } else { newest.digest.clone() });
    }
    let before = history.verified_before(&current.digest);
    before
        .map(|record| record.digest.clone())
        .ok_or_else(|| nothing("the current digest is the only verified one"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::digest::digest,
        promotion::store::{
            history::{Outcome, tests::a_record},
            lock_file::tests::sample,
        },
    };

    fn history(digests: &str) -> History {
        let mut history = History::default();
        for c in digests.chars() {
            let (record, payload) = history.next(a_record(&digest(c), Outcome::Verified)).unwrap();
            history.push(record, payload, None);
        }
        history
    }

    #[test]
    fn the_target_is_the_last_verified_digest_or_an_interrupted_one() {
        let lock = |c| EnvLock { digest: digest(c), ..sample() };
        let target = |c, digests: &str| rollback_target(Some(&lock(c)), &history(digests)).ok();
        assert_eq!(target('b', "ab"), Some(digest('a')));
        assert_eq!(target('a', "aba"), Some(digest('b')));
        assert_eq!(target('c', "ab"), Some(digest('b')), "c was never verified");
        assert_eq!(target('a', "ab"), Some(digest('a')), "a rollback from b was interrupted");
        assert_eq!(target('a', "a"), None);
        assert_eq!(target('a', ""), None);
        assert_eq!(rollback_target(None, &history("a")).unwrap_err().kind, Kind::Promotion);
    }
}
