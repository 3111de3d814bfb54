//! The automatic rollback after the verdict `Failed`. A run after an interrupted one continues it.

use super::{Driver, Ended, EvidenceSource, Order};
use crate::{
    base::{
        digest::Digest,
        event::Step,
        failure::{Failure, Kind, Result},
        wait::{Deadline, Observation, wait},
    },
    promotion::{
        report::{Ending, LockChange, Report, VERSION, short},
        store::{
            EnvLock, PromotionStore, StoreState,
            history::{Action, Keys, Outcome},
        },
        target::{ObservedEnvironment, Target},
        verdict::Summary,
    },
};

/// A digest with the verdict `Failed`.
pub(super) struct FailedDigest {
    pub(super) report: Report,
    pub(super) reason: String,
    /// The lock file before the promotion.
    pub(super) before: Option<EnvLock>,
}

impl<T: ObservedEnvironment, S: PromotionStore, E: EvidenceSource> Driver<'_, T, S, E> {
    /// Returns the result of a plan if an earlier run was interrupted during its rollback.
    pub(super) fn interrupted_rollback(order: &Order, state: &StoreState) -> Option<Ended> {
        let (_, report, lock) = failed_before(order, state)?;
        let text = format!("an earlier run was interrupted while it rolled back to {}", short(&lock.digest));
        let failure = Failure::new(Kind::Promotion, text)
            .hint("run the command without `--dry-run` to finish the rollback first");
        Some(Ended { report, failure: Some(failure) })
    }
}

impl<T: Target, S: PromotionStore, E: EvidenceSource> Driver<'_, T, S, E> {
    /// Records that the digest failed and returns to the digest that was verified last.
    pub(super) async fn fail(
        &self,
        order: &Order,
        state: &mut StoreState,
        keys: &Keys,
        failed: FailedDigest,
    ) -> Result<Ended> {
        let FailedDigest { mut report, reason, before } = failed;
        report.reason = reason;
        // After a rollback on request this is the digest that ran before it.
        let verified = state.history.verified_before(&order.digest).map(|record| record.digest.clone());
        let record = self.new_record(order, &report, state, Outcome::Failed);
        let Some(verified) = verified else {
            self.record(state, keys, record).await?;
            report.ending = Ending::Failed;
            report.next.extend(self.finish_review(state, &report).await);
            let failure = failure(order, &report).hint(format!(
                "no other digest was verified there, so {0} is not rolled back: promote a fixed digest, or run `seasense rollback {0} --to DIGEST`",
                order.environment
            ));
            return Ok(Ended { report, failure: Some(failure) });
        };
        state.lock = Some(self.lock_at(&verified, before, state).await);
        // The verdict and the new lock file are one commit, so that the next run continues a rollback that is
        // killed from here on. If the store cannot be written, the failed digest must still not keep running.
        if let Err(failure) = self.record(state, keys, record).await {
            self.warn(format!("cannot record the verdict: {failure}"));
        }
        self.roll_back(order, state, keys, report).await
    }

    /// Continues the rollback of an interrupted run.
    pub(super) async fn finish_rollback(
        &self,
        order: &Order,
        state: &mut StoreState,
        keys: &Keys,
    ) -> Result<Option<Ended>> {
        let Some((failed, report, _)) = failed_before(order, state) else { return Ok(None) };
        self.roll_back(&failed, state, keys, report).await.map(Some)
    }

    /// Deploys the digest of the lock file, waits until it is Ready, and records that.
    async fn roll_back(
        &self,
        order: &Order,
        state: &mut StoreState,
        keys: &Keys,
        mut report: Report,
    ) -> Result<Ended> {
        let Some(digest) = state.lock.as_ref().map(|lock| lock.digest.clone()) else {
            return Err(Failure::new(Kind::Internal, "a rollback without a lock file"));
        };
        let started = self.start_measuring().await;
        let step = Step::start(self.events, "promote.rollback", format!("Roll back to {}", short(&digest)));
        // The API of a broken cluster may not respond for a moment.
        wait(Deadline::after(self.pace.ready), self.pace.poll, "deploy the verified digest", || async {
            self.target.deploy(&digest).await.map(Observation::Ready)
        })
        .await
        .map_err(|late| {
            Failure { kind: Kind::Promotion, ..late }.hint("run this again to continue the rollback")
        })?;
        step.done(format!("Flux of {} points at it", order.environment));
        // The digest was Ready here before, so a terminal error does not end the wait early.
        let stuck =
            self.wait_until_ready(&order.environment, &digest, "promote.rolled-back", self.pace.ready).await;
        report.rollback = self.measure(started).await.map(Summary::of_window);
        let rolled_back = Order { action: Action::AutoRollback, digest: digest.clone(), ..order.clone() };
        let reason =
            stuck.clone().unwrap_or_else(|| format!("Ready again after {} failed", short(&order.digest)));
        let about = Report {
            commit: state.lock.as_ref().and_then(|lock| lock.commit.clone()),
            reason,
            gates: Vec::new(),
            canary: None,
            watch: None,
            ..report.clone()
        };
        if stuck.is_none() {
            let record = self.new_record(&rolled_back, &about, state, Outcome::Verified);
            self.record(state, keys, record).await?;
            report.next.extend(self.finish_review(state, &report).await);
        }
        report.rolled_back_to = stuck.is_none().then(|| digest.clone());
        report.ending = if stuck.is_none() { Ending::RolledBack } else { Ending::Failed };
        let failure = failure(order, &report);
        let (environment, digest) = (&order.environment, short(&digest));
        let failure = match stuck {
            None => failure
                .because(format!("{environment} is Ready again at the verified digest {digest}"))
                .hint("fix the cause, then promote the new digest"),
            Some(stuck) => failure
                .because(format!("{digest} was deployed again but is not Ready: {stuck}"))
                .hint(format!("check {environment} now; run this again to continue waiting for it")),
        };
        Ok(Ended { report, failure: Some(failure) })
    }

    /// Returns the lock file of `digest`, which was verified.
    async fn lock_at(&self, digest: &Digest, before: Option<EnvLock>, state: &StoreState) -> EnvLock {
        if let Some(lock) = before.filter(|lock| lock.digest == *digest) {
            return lock;
        }
        let record = state.history.verified().find(|record| record.digest == *digest);
        // The artifact existed when it was verified. If it cannot be read now, the lock file has only the
        // digest.
        let content = self.target.inspect(digest).await.unwrap_or_default();
        EnvLock {
            digest: digest.clone(),
            commit: content.commit.or_else(|| record.and_then(|record| record.commit.clone())),
            images: content.images,
            promoted_from: record.and_then(|record| record.from.clone()),
            previous: record.and_then(|record| record.previous.clone()),
        }
    }
}

/// Returns the failed order of an interrupted run, its report, and the lock file that it rolls back to.
fn failed_before<'a>(order: &Order, state: &'a StoreState) -> Option<(Order, Report, &'a EnvLock)> {
    let (last, lock) = state.history.last().zip(state.lock.as_ref())?;
    // Only an automatic rollback leaves a lock file that differs from the newest record.
    if last.outcome != Outcome::Failed || last.digest == lock.digest {
        return None;
    }
    let failed =
        Order { digest: last.digest.clone(), action: last.action, from: last.from.clone(), ..order.clone() };
    let report = Report {
        version: VERSION,
        environment: failed.environment.clone(),
        action: failed.action,
        digest: failed.digest.clone(),
        commit: last.commit.clone(),
        from: failed.from.clone(),
        ending: Ending::Failed,
        reason: last.reason.clone(),
        gates: Vec::new(),
        lock: LockChange::between(&failed.environment, None, lock),
        copied: None,
        canary: last.canary,
        rollout: None,
        migrations: None,
        watch: last.watch,
        rollback: None,
        rolled_back_to: None,
        pull_request: state.pull.as_ref().map(|pull| pull.url.clone()),
        next: vec!["this finishes a run that was interrupted".to_owned()],
    };
    Some((failed, report, lock))
}

fn failure(order: &Order, report: &Report) -> Failure {
    Failure::new(Kind::Promotion, format!("{} failed in {}", short(&order.digest), order.environment))
        .because(report.reason.clone())
}
