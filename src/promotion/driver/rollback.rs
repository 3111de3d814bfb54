//! The way back: what was verified last is brought back where the new digest is worse, also by the run after one that was killed.

use super::{Driver, Ended, EvidenceSource, Order};
use crate::{
    base::{
        event::Step,
        failure::{Failure, Kind, Result},
        wait::{Deadline, Observation, wait},
    },
    promotion::{
        Target,
        report::{Ending, LockChange, Report, VERSION, short},
        store::{
            EnvLock, LedgerState, PromotionStore,
            history::{Action, Keys, Outcome},
        },
    },
};

/// A digest that is worse.
pub(super) struct Failed {
    pub(super) report: Report,
    pub(super) reason: String,
    /// The lock as it was.
    pub(super) before: Option<EnvLock>,
}

impl<T: Target, L: PromotionStore, W: EvidenceSource> Driver<'_, T, L, W> {
    /// Records that the digest is worse and, after a promotion, brings back what was verified last.
    pub(super) async fn worse(
        &self,
        order: &Order,
        book: &mut LedgerState,
        keys: &Keys,
        failed: Failed,
    ) -> Result<Ended> {
        let Failed { mut report, reason, before } = failed;
        report.reason = reason;
        let back = match order.action {
            Action::Promote => {
                book.history.verified_before(&order.digest).map(|record| record.digest.clone())
            }
            // Whoever went back by hand decides what is next.
            Action::Rollback | Action::Restore => None,
        };
        let record = self.entry(order, &report, book, Outcome::Failed);
        let Some(back) = back else {
            self.record(book, keys, record).await?;
            report.ending = Ending::Failed;
            report.next.extend(self.conclude(book, &report).await);
            let failure = failure(order, &report).hint(format!(
                "nothing else was verified there, so {} stays as it is: promote a digest that is mended, or `seasense rollback {0} --to DIGEST`",
                order.environment
            ));
            return Ok(Ended { report, failure: Some(failure) });
        };
        book.lock = Some(self.lock_at(&back, before, book).await);
        // The verdict and the way back stand in one commit, so that a run that is killed from here on is taken up. A ledger
        // that cannot be written must not keep a bad digest running.
        if let Err(failure) = self.record(book, keys, record).await {
            self.warn(format!("the verdict could not be recorded: {failure}"));
        }
        self.bring_back(order, book, keys, report).await
    }

    /// Goes on with bringing back what was verified, where a run was killed at it.
    pub(super) async fn finish_restore(
        &self,
        order: &Order,
        book: &mut LedgerState,
        keys: &Keys,
    ) -> Result<Option<Ended>> {
        let Some((last, lock)) = book.history.last().zip(book.lock.as_ref()) else { return Ok(None) };
        // Only an automatic way back leaves a lock that differs from the newest verdict.
        if last.outcome != Outcome::Failed || last.digest == lock.digest {
            return Ok(None);
        }
        let worse = Order {
            digest: last.digest.clone(),
            action: last.action,
            from: last.from.clone(),
            ..order.clone()
        };
        let report = Report {
            version: VERSION,
            environment: worse.environment.clone(),
            action: worse.action,
            digest: worse.digest.clone(),
            commit: last.commit.clone(),
            from: worse.from.clone(),
            ending: Ending::Failed,
            reason: last.reason.clone(),
            gates: Vec::new(),
            lock: LockChange::between(&worse.environment, None, lock),
            copied: None,
            canary: last.canary,
            figures: last.figures,
            rollout: None,
            rollback: None,
            restored: None,
            pull_request: book.pull.as_ref().map(|pull| pull.url.clone()),
            next: vec!["a run that was cut off is finished with this".to_owned()],
        };
        if order.dry_run {
            let told = format!("an earlier run was cut off while it brought {} back", short(&lock.digest));
            let failure =
                Failure::new(Kind::Promotion, told).hint("run this without --dry-run: it is finished first");
            return Ok(Some(Ended { report, failure: Some(failure) }));
        }
        self.bring_back(&worse, book, keys, report).await.map(Some)
    }

    /// Hands over what the lock names, waits until it is Ready, and records that.
    async fn bring_back(
        &self,
        order: &Order,
        book: &mut LedgerState,
        keys: &Keys,
        mut report: Report,
    ) -> Result<Ended> {
        let Some(back) = book.lock.as_ref().map(|lock| lock.digest.clone()) else {
            return Err(Failure::new(Kind::Internal, "bring back without a lock"));
        };
        let sailing = self.count().await.is_some();
        let step = Step::start(self.events, "promote.restore", format!("Bring {} back", short(&back)));
        // The API of a cluster in trouble may be silent for a moment.
        wait(Deadline::after(self.pace.ready), self.pace.look, "hand the verified digest over", || async {
            self.target.hand_over(&back).await.map(Observation::Ready)
        })
        .await
        .map_err(|late| {
            Failure { kind: Kind::Promotion, ..late }.hint("run this again: it goes on from there")
        })?;
        step.done(format!("{} is told to run it", order.environment));
        // It was well there before: it gets all the time there is.
        let stuck = self.until_ready(&order.environment, &back, "promote.restored", self.pace.ready).await;
        report.rollback = if sailing { self.count().await } else { None };
        let told =
            stuck.clone().unwrap_or_else(|| format!("Ready again after {} was worse", short(&order.digest)));
        let restore = Order { action: Action::Restore, digest: back.clone(), ..order.clone() };
        let about = Report {
            commit: book.lock.as_ref().and_then(|lock| lock.commit.clone()),
            reason: told,
            gates: Vec::new(),
            canary: None,
            figures: None,
            ..report.clone()
        };
        if stuck.is_none() {
            let record = self.entry(&restore, &about, book, Outcome::Verified);
            self.record(book, keys, record).await?;
            report.next.extend(self.conclude(book, &report).await);
        }
        report.restored = stuck.is_none().then(|| back.clone());
        report.ending = if stuck.is_none() { Ending::RolledBack } else { Ending::Failed };
        let failure = failure(order, &report);
        let failure = match stuck {
            None => failure
                .because(format!(
                    "{} is Ready again at {}, which was verified before",
                    order.environment,
                    short(&back)
                ))
                .hint("mend what is worse; the next promotion begins anew"),
            Some(stuck) => failure
                .because(format!("{} was handed over again and is not Ready: {stuck}", short(&back)))
                .hint(format!(
                    "look at {} now; running this again goes on waiting for it",
                    order.environment
                )),
        };
        Ok(Ended { report, failure: Some(failure) })
    }

    /// The lock of `back`, a digest that was verified.
    async fn lock_at(&self, back: &str, before: Option<EnvLock>, book: &LedgerState) -> EnvLock {
        if let Some(lock) = before.filter(|lock| lock.digest == back) {
            return lock;
        }
        let record = book.history.verified().find(|record| record.digest == back);
        // It was there when it was verified; if it cannot be looked at now, the digest alone is what counts.
        let content = self.target.inspect(back).await.unwrap_or_default();
        EnvLock {
            digest: back.to_owned(),
            commit: content.commit.or_else(|| record.and_then(|record| record.commit.clone())),
            images: content.images,
            promoted_from: record.map(|record| record.from.clone()).unwrap_or_default(),
            previous: record.and_then(|record| record.previous.clone()),
        }
    }
}

fn failure(order: &Order, report: &Report) -> Failure {
    Failure::new(Kind::Promotion, format!("{} is worse in {}", short(&order.digest), order.environment))
        .because(report.reason.clone())
}
