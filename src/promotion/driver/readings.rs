//! Compares the stored readings before and after a deployment.

use std::time::Duration;

use jiff::Timestamp;

use super::{Driver, EvidenceSource, Order, watch::in_one_line};
use crate::{
    base::{
        event::Step,
        failure::Result,
        wait::{Deadline, Observation, wait},
    },
    promotion::{
        readings::Readings,
        store::{EnvLock, PromotionStore, StoreState},
        target::Target,
    },
};

/// Readings that arrived so shortly before may belong to a transaction that is not visible yet.
const SETTLED: Duration = Duration::from_secs(30);

/// The readings before a deployment.
pub(super) enum Stored {
    /// Nothing was deployed before.
    Nothing,
    /// They could not be read, for this reason.
    Unknown(String),
    /// Those that arrived before this time.
    Known(Timestamp, Readings),
}

/// The result of the comparison.
#[derive(Debug, Default)]
pub(super) struct Compared {
    /// The result in one line.
    pub text: String,
    /// Whether it makes the deployment fail.
    fails: bool,
    /// The next step.
    pub next: Option<String>,
}

impl Compared {
    /// Adds the comparison to the verdict of the watch. A change of readings is named first: no rollback mends it.
    pub fn verdict(&self, watched: Option<String>) -> Option<String> {
        match (self.fails, watched) {
            (false, watched) => watched,
            (true, None) => Some(self.text.clone()),
            (true, Some(other)) => Some(format!("{}; and {other}", self.text)),
        }
    }
}

impl<T: Target, S: PromotionStore, E: EvidenceSource> Driver<'_, T, S, E> {
    /// Reads the readings before a deployment.
    ///
    /// A database that cannot be read may be what the deployment repairs, so it is no reason to stop.
    pub(super) async fn stored_before(&self, state: &StoreState, before: Option<&EnvLock>) -> Stored {
        if before.is_none() && state.history.last().is_none() {
            return Stored::Nothing;
        }
        let now = (self.clock)();
        let until = now.checked_sub(SETTLED).unwrap_or(now);
        match self.target.readings(until).await {
            Ok(readings) => Stored::Known(until, readings),
            Err(failure) => {
                let why = in_one_line(&failure);
                self.warn(format!("cannot read the stored readings, so they are not compared: {why}"));
                Stored::Unknown(why)
            }
        }
    }

    /// Compares the readings with those before the deployment. With the recorded reason `may_change`, they may
    /// differ.
    pub(super) async fn compare_readings(
        &self,
        order: &Order,
        stored: Stored,
        (may_change, has_failed): (Option<&str>, bool),
    ) -> Compared {
        let (until, before) = match stored {
            Stored::Nothing => return said("nothing was stored before"),
            Stored::Unknown(why) => return said(&format!("the stored readings were not compared: {why}")),
            Stored::Known(until, before) => (until, before),
        };
        let step =
            Step::start(self.events, "promote.readings", "Compare the stored readings with those before");
        let failed = |text: String| Compared { text, fails: true, next: Some(next(order, until)) };
        let after = match self.readings_after(until, has_failed).await {
            Ok(after) => after,
            // The rollback must not wait for it.
            Err(failure) if has_failed => {
                return said(&format!("the stored readings were not compared: {}", in_one_line(&failure)));
            }
            Err(failure) => {
                return failed(format!("the stored readings cannot be read: {}", in_one_line(&failure)));
            }
        };
        match (before.change(&after), may_change) {
            (None, _) => {
                let text = format!("{} readings of before are unchanged", before.count());
                step.done(text.clone());
                said(&text)
            }
            (Some(change), Some(reason)) => {
                step.done(format!("changed as recorded: {change}"));
                said(&format!("stored readings were changed, with the recorded reason `{reason}`: {change}"))
            }
            (Some(change), None) => failed(format!("stored readings were changed: {change}")),
        }
    }

    /// Reads the readings after the deployment, and tries again as long as the database may need to become Ready;
    /// only for a short time after a failure.
    async fn readings_after(&self, until: Timestamp, has_failed: bool) -> Result<Readings> {
        let deadline = Deadline::after(if has_failed { self.pace.grace } else { self.pace.ready });
        wait(deadline, self.pace.poll, "read the stored readings", || async {
            self.target.readings(until).await.map(Observation::Ready)
        })
        .await
    }
}

fn said(text: &str) -> Compared {
    Compared { text: text.to_owned(), ..Compared::default() }
}

/// The next step after a change: no rollback of the code brings data back.
fn next(order: &Order, until: Timestamp) -> String {
    format!(
        "readings of {} that arrived before {until:.0} differ, and no rollback brings them back: restore the database to that time (docs/operating/restore.md, or `seasense snapshot load` of an earlier snapshot)",
        order.environment
    )
}
