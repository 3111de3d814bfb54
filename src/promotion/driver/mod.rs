//! The driver: gates, copy, commit, deploy, wait, watch, record; and a rollback after the verdict `Failed`.
//!
//! It is stateless. It reads the completed steps from the store and from the target, so that the next run
//! continues one that was killed at any point.

mod auto_rollback;
mod canary;
mod check;
mod execute;
mod migrations;
mod order;
mod readings;
mod soak;
mod watch;

use jiff::Timestamp;

pub use self::{
    order::{Evidence, EvidenceSource, NoEvidence, Order, Pace, Rules, rollback_target},
    soak::{Soak, wait_for_soak},
    watch::Watched,
};
use super::report::Report;
use crate::{
    base::{
        event::{Event, Events},
        failure::{Failure, Result},
    },
    config::EnvName,
    promotion::{
        gates::Signer,
        report::short,
        store::{
            Message, PromotionStore, StoreState, broken_history,
            history::{Key, Keys, Outcome, Record},
        },
        target::{ObservedEnvironment, Target},
    },
};

/// The result of a run: its report, and the failure that determines the exit code.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// The report of the run.
    pub report: Report,
    /// The reason why the run did not succeed; `None` if it did.
    pub failure: Option<Failure>,
}

/// Checks every signature of the history in `state`. Returns the state and the keys for new records.
///
/// Fails with kind `Drift` if a signature is bad.
pub async fn verify_history(
    environment: &EnvName,
    mut state: StoreState,
    key: Option<Key>,
) -> Result<(StoreState, Keys)> {
    let keys = Keys::new(key, &state.allowed)?;
    keys.check_all(&mut state.history).await?;
    match state.history.bad_signature() {
        None => Ok((state, keys)),
        Some(fault) => Err(broken_history(environment, &fault)),
    }
}

/// Promotes digests to one environment.
pub struct Driver<'a, T, S, E> {
    /// The environment's cluster and registry.
    pub target: &'a T,
    /// The environment's lock file and history.
    pub store: &'a S,
    /// Collects the evidence for the gates.
    pub evidence: &'a E,
    /// Receives progress.
    pub events: &'a Events,
    /// Returns the current time.
    pub clock: &'a dyn Fn() -> Timestamp,
    /// Time limits and intervals.
    pub pace: Pace,
    /// The key that signs records.
    pub key: Option<Key>,
    /// The name and email address of the user.
    pub who: String,
}

impl<T: ObservedEnvironment, S: PromotionStore, E: EvidenceSource> Driver<'_, T, S, E> {
    /// Evaluates the gates and reports what [`Driver::run`] would do. Changes nothing.
    pub async fn plan(&self, order: &Order) -> Result<Ended> {
        let (state, keys) = self.read(order).await?;
        if let Some(ended) = Self::interrupted_rollback(order, &state) {
            return Ok(ended);
        }
        if let Some(report) = self.already_verified(order, &state).await? {
            return Ok(Ended { report, failure: None });
        }
        self.check(order, &state, &keys, check::Wait::No).await.map(check::Checked::planned)
    }

    /// Reads the store and checks every signature.
    async fn read(&self, order: &Order) -> Result<(StoreState, Keys)> {
        let state = self.store.read(Some(&order.digest)).await?;
        verify_history(&order.environment, state, self.key.clone()).await
    }

    async fn signer(&self, keys: &Keys) -> Signer {
        keys.signer((self.clock)()).await
    }

    fn warn(&self, text: impl Into<String>) {
        self.events.emit(Event::Warning { text: text.into() });
    }
}

impl<T: Target, S: PromotionStore, E: EvidenceSource> Driver<'_, T, S, E> {
    /// Carries out `order`.
    ///
    /// A gate that refuses and the verdict `Failed` are failures of kind `Promotion` in [`Ended`], next to the
    /// report. Fails with kind `Drift` if the history cannot be trusted.
    pub async fn run(&self, order: &Order) -> Result<Ended> {
        let ended = self.carry_out(order).await;
        if let Err(failure) = self.target.stop_probes().await {
            self.warn(format!("cannot remove the probe buoys: {failure}"));
        }
        ended
    }

    async fn carry_out(&self, order: &Order) -> Result<Ended> {
        let (mut state, keys) = self.read(order).await?;
        self.remove_leftover_canary().await;
        if let Some(ended) = self.finish_rollback(order, &mut state, &keys).await? {
            return Ok(ended);
        }
        if let Some(mut report) = self.already_verified(order, &state).await? {
            report.next.extend(self.finish_review(&mut state, &report).await);
            return Ok(Ended { report, failure: None });
        }
        self.execute(order, &mut state, &keys).await
    }

    /// Appends `record` to the history and commits it together with the lock file of `state`.
    async fn record(&self, state: &mut StoreState, keys: &Keys, record: Record) -> Result<()> {
        let (digest, environment) = (short(&record.digest), &record.environment);
        let title = match record.outcome {
            Outcome::Verified => format!("Record that {digest} is verified in {environment}"),
            Outcome::Failed => format!("Record that {digest} failed in {environment}"),
        };
        let body = record.reason.clone();
        keys.append(&mut state.history, record).await?;
        self.store.write(state, Message { title: &title, body: &body }).await
    }

    /// Merges the pull request. If that is not possible, returns the manual step instead of a failure:
    /// everything is recorded by now.
    async fn finish_review(&self, state: &mut StoreState, report: &Report) -> Option<String> {
        let action = report.action.name();
        let title = format!("{action} {}: {}", report.environment, short(&report.digest));
        match self.store.finish_review(state, Message { title: &title, body: &report.reason }).await {
            Ok(next) => next,
            Err(failure) => Some(format!("merge the pull request manually: {failure}")),
        }
    }
}

#[cfg(test)]
mod tests;
