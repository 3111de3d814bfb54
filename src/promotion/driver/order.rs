//! What is wanted of the driver, and what it must be told.

use std::{future::Future, time::Duration};

use crate::{
    base::failure::{Failure, Kind, Result},
    promotion::{
        Content, State,
        gates::{Migrations, Parity},
        store::{
            EnvLock,
            history::{Action, History},
        },
        verdict::Thresholds,
    },
};

/// What somebody wants.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// A digest from the environment before, or an earlier one.
    pub action: Action,
    /// The environment that is to be changed.
    pub environment: String,
    /// The environment that the digest comes from.
    pub from: String,
    /// The digest.
    pub digest: String,
    /// What the environment asks of it.
    pub rules: Rules,
    /// Why it may cost more than the budget.
    pub over_budget: Option<String>,
    /// The percentage of the API's requests that it gets first, beside what runs; without one it is handed over at once.
    pub canary: Option<u8>,
    /// Only tell what would be done.
    pub dry_run: bool,
}

/// What an environment asks of a digest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// Whether it is production: what is not in Git, or not signed, is refused.
    pub guarded: bool,
    /// How long the source must have been Ready.
    pub soak: Duration,
    /// Approvals of a reviewed pull request.
    pub approvals: u8,
    /// EUR a month; 0 means no budget.
    pub budget: u32,
    /// What it promises of itself.
    pub promised: Thresholds,
}

/// How long the driver waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Between two looks while it waits for Ready.
    pub look: Duration,
    /// Between two looks of the watch.
    pub sample: Duration,
    /// How long one look may take.
    pub patience: Duration,
    /// How long the target may take to become Ready.
    pub ready: Duration,
    /// For how long it must be without hope until it is given up before that.
    pub grace: Duration,
    /// For how long there must be hope again until that begins anew.
    pub reset_after: Duration,
}

impl Pace {
    /// What fits a real cluster: a database that is rolled over one instance at a time takes minutes.
    pub const USUAL: Self = Self {
        look: Duration::from_secs(1),
        sample: Duration::from_secs(5),
        patience: Duration::from_secs(30),
        ready: Duration::from_mins(15),
        grace: Duration::from_secs(45),
        reset_after: Duration::from_secs(15),
    };
}

/// What the gates of a promotion ask about, beside the target.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// What runs in the source environment.
    pub source: State,
    /// Files of the tree that the artifact was packed from, or what is wrong with it.
    pub tree: Result<usize, String>,
    /// The migrations of the running and of the new digest, or why they cannot be compared.
    pub migrations: Result<Migrations, String>,
    /// Whether the repository has the artifact's commit.
    pub known: bool,
    /// Files of the work tree that a promotion reads and that are not committed.
    pub edited: Vec<String>,
    /// What the comparison with the source has shown.
    pub parity: Parity,
    /// What the environment costs, in EUR a month: `None` where it costs nothing, an error where that is not known.
    pub monthly: Result<Option<f64>, String>,
}

/// Looks at what the gates ask about.
pub trait EvidenceSource {
    /// Looks, for an artifact made of `content` that shall follow what `lock` names.
    fn look(&self, content: &Content, lock: Option<&EnvLock>) -> impl Future<Output = Result<Facts>>;
}

/// The digest that a rollback without a name goes back to: the last verified one before the present one.
///
/// A rollback that was cut off goes on: it has changed the lock to an earlier verified digest, and recorded nothing yet.
pub fn go_back_to(lock: Option<&EnvLock>, history: &History) -> Result<String> {
    let nothing = |told: &str| {
        Failure::new(Kind::Promotion, "there is nothing to go back to")
            .because(told.to_owned())
            .hint("`seasense history ENV` shows what was verified; `--to DIGEST` names one")
    };
    let present =
        lock.ok_or_else(|| nothing("the environment has no lock: nothing was promoted to it yet"))?;
    let newest = history.verified().next().ok_or_else(|| nothing("no digest was ever verified there"))?;
    if present.digest != newest.digest {
        let cut_off = history.verified().any(|record| record.digest == present.digest);
        return Ok(if cut_off { present.digest.clone() } else { newest.digest.clone() });
    }
    let before = history.verified_before(&present.digest);
    before
        .map(|record| record.digest.clone())
        .ok_or_else(|| nothing("the present digest is the only one that was verified"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promotion::store::{
        history::{Outcome, tests::a_record},
        lock_file::tests::sample,
    };

    fn history(digests: &[&str]) -> History {
        let mut history = History::default();
        for digest in digests {
            let (record, payload) = history.next(a_record(digest, Outcome::Verified)).unwrap();
            history.push(record, payload, None);
        }
        history
    }

    #[test]
    fn the_way_back_is_the_last_verified_digest_and_one_that_was_begun_goes_on() {
        let lock = |digest: &str| EnvLock { digest: digest.into(), ..sample() };
        let back = |digest: &str, digests: &[&str]| go_back_to(Some(&lock(digest)), &history(digests)).ok();
        assert_eq!(back("b", &["a", "b"]).as_deref(), Some("a"));
        assert_eq!(back("a", &["a", "b", "a"]).as_deref(), Some("b"));
        assert_eq!(back("c", &["a", "b"]).as_deref(), Some("b"), "c was never verified");
        assert_eq!(back("a", &["a", "b"]).as_deref(), Some("a"), "a rollback from b was cut off");
        assert_eq!(back("a", &["a"]), None);
        assert_eq!(back("a", &[]), None);
        assert_eq!(go_back_to(None, &history(&["a"])).unwrap_err().kind, Kind::Promotion);
    }
}
