//! The driver: gates, copy, commit, hand over, wait, watch, record; and the way back where it is worse.
//!
//! It keeps no state of its own: what is done is read from the ledger and from the target, so a run that is killed
//! anywhere is taken up by the next one.

mod canary;
mod forward;
mod give_up;
mod order;
mod rollback;
mod soak;
mod watch;

use jiff::Timestamp;

pub use self::{
    order::{EvidenceSource, Facts, Order, Pace, Rules, go_back_to},
    soak::{Soak, until_soaked},
    watch::Watched,
};
use super::{Target, report::Report};
use crate::base::{
    event::{Event, Events},
    failure::{Failure, Result},
};
use crate::promotion::{
    gates::Signer,
    store::{
        LedgerState, Message, PromotionStore, broken,
        history::{Key, Keys, Outcome, Record},
    },
};

/// How a run ended: what it did, and the failure that its exit code stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// What it did.
    pub report: Report,
    /// Why that is no success.
    pub failure: Option<Failure>,
}

/// The book once every signature in it was found good or absent, and the keys to go on with. Fails with kind `Drift`.
pub async fn trusted(
    environment: &str,
    mut book: LedgerState,
    key: Option<Key>,
) -> Result<(LedgerState, Keys)> {
    let keys = Keys::new(key, &book.allowed)?;
    keys.check_all(&mut book.history).await?;
    match book.history.forged() {
        None => Ok((book, keys)),
        Some(fault) => Err(broken(environment, &fault)),
    }
}

/// Brings digests to one environment.
pub struct Driver<'a, T, L, W> {
    /// The environment's cluster and registry.
    pub target: &'a T,
    /// Its lock and history.
    pub ledger: &'a L,
    /// Who sees what the gates ask about.
    pub witness: &'a W,
    /// Where progress goes.
    pub events: &'a Events,
    /// The time of day.
    pub clock: &'a dyn Fn() -> Timestamp,
    /// How long to wait for what.
    pub pace: Pace,
    /// What signs records.
    pub key: Option<Key>,
    /// Who does this: name and address.
    pub who: String,
}

impl<T: Target, L: PromotionStore, W: EvidenceSource> Driver<'_, T, L, W> {
    /// Brings the environment to what `order` wants.
    ///
    /// A gate that refuses, and a digest that is worse, are failures of kind `Promotion` beside the report; a history that
    /// cannot be trusted is one of kind `Drift`.
    pub async fn run(&self, order: &Order) -> Result<Ended> {
        let ended = self.carry_out(order).await;
        if !order.dry_run
            && let Err(failure) = self.target.finish().await
        {
            self.warn(format!("the canary buoys could not be taken away: {failure}"));
        }
        ended
    }

    async fn carry_out(&self, order: &Order) -> Result<Ended> {
        let (mut book, keys) = self.open(order).await?;
        if !order.dry_run {
            self.take_back_what_is_left().await;
        }
        if let Some(ended) = self.finish_restore(order, &mut book, &keys).await? {
            return Ok(ended);
        }
        if let Some(ended) = self.nothing_to_do(order, &mut book).await? {
            return Ok(ended);
        }
        self.forward(order, &mut book, &keys).await
    }

    /// Reads the ledger and checks every signature in it.
    async fn open(&self, order: &Order) -> Result<(LedgerState, Keys)> {
        let book = self.ledger.read(&order.digest).await?;
        trusted(&order.environment, book, self.key.clone()).await
    }

    async fn signer(&self, keys: &Keys) -> Signer {
        keys.signer((self.clock)()).await
    }

    /// Writes `record` into the history and commits it together with the lock of `book`.
    async fn record(&self, book: &mut LedgerState, keys: &Keys, record: Record) -> Result<()> {
        let title = match record.outcome {
            Outcome::Verified => format!(
                "Record that {} is verified in {}",
                super::report::short(&record.digest),
                record.environment
            ),
            Outcome::Failed => format!(
                "Record that {} is worse in {}",
                super::report::short(&record.digest),
                record.environment
            ),
        };
        let body = record.reason.clone();
        keys.append(&mut book.history, record).await?;
        self.ledger.write(book, Message { title: &title, body: &body }).await
    }

    /// Ends the review; gives what a person has to do where that was not possible. All that counts is recorded by then.
    async fn conclude(&self, book: &mut LedgerState, report: &Report) -> Option<String> {
        let title = format!(
            "{} {}: {}",
            report.action.name(),
            report.environment,
            super::report::short(&report.digest)
        );
        match self.ledger.conclude(book, Message { title: &title, body: &report.reason }).await {
            Ok(left) => left,
            Err(failure) => Some(format!("merge the pull request by hand: {failure}")),
        }
    }

    fn warn(&self, text: impl Into<String>) {
        self.events.emit(Event::Warning { text: text.into() });
    }
}

#[cfg(test)]
mod tests;
