//! Carries out an order: review, copy, canary, commit, deploy, watch, record.

use super::{Driver, Ended, EvidenceSource, Order, check, check::Wait, migrations};
use crate::{
    base::{event::Step, failure::Result},
    promotion::{
        driver::auto_rollback::FailedDigest,
        gates,
        report::{Ending, Report, short},
        store::{
            Message, PromotionStore, StoreState,
            history::{Action, Keys, Outcome, Record, VERSION},
        },
        target::Target,
    },
};

impl<T: Target, S: PromotionStore, E: EvidenceSource> Driver<'_, T, S, E> {
    /// Runs every step from the gates to the record.
    pub(super) async fn execute(&self, order: &Order, state: &mut StoreState, keys: &Keys) -> Result<Ended> {
        let mut checked = self.check(order, state, keys, Wait::Short).await?;
        if let Some(failure) = checked.refusal.take() {
            return Ok(checked.refused(failure));
        }
        let check::Checked { mut report, lock, noted, .. } = checked;
        let body = commit_body(&report);
        let message = Message { title: &title(order), body: &body };
        let before = state.lock.replace(lock);
        if self.store.requires_review()
            && order.action == Action::Promote
            && let Some(ended) = self.review(order, state, message, &mut report).await?
        {
            return Ok(ended);
        }
        let step = Step::start(self.events, "promote.copy", "Copy missing content to the target's registry");
        let copied = self.target.copy(&order.digest).await?;
        step.done(format!("{} manifests, {} bytes", copied.manifests, copied.bytes));
        report.copied = Some(copied);
        if let Some(percent) = order.canary.filter(|_| gates::has_passed(&report.gates, gates::CANARY)) {
            let (canary, failed) = self.canary_step(order, percent).await?;
            report.canary = Some(canary);
            if let Some(reason) = failed {
                return self.fail(order, state, keys, FailedDigest { report, reason, before }).await;
            }
        }
        let step = Step::start(self.events, "promote.lock", format!("Commit {}", report.lock.file));
        self.store.write(state, message).await?;
        step.done(state.head.get(..12).unwrap_or(&state.head).to_owned());
        let stored = self.stored_before(state, before.as_ref()).await;
        let mut watched = self.deploy_and_watch(order).await?;
        let has_failed = watched.failed.is_some();
        let compared =
            self.compare_readings(order, stored, (noted.readings_may_change.as_deref(), has_failed)).await;
        let tried = self.try_migrations(order, noted.trial.as_ref(), &mut report).await;
        watched.failed = migrations::verdict(compared.verdict(watched.failed), tried);
        report.next.extend(compared.next);
        (report.watch, report.rollout) = (watched.summary, watched.rollout);
        match watched.failed {
            None => self.verified(order, state, keys, (report, compared.text)).await,
            Some(reason) => self.fail(order, state, keys, FailedDigest { report, reason, before }).await,
        }
    }

    /// Requests a review. Ends the run unless there are enough approvals.
    async fn review(
        &self,
        order: &Order,
        state: &mut StoreState,
        message: Message<'_>,
        report: &mut Report,
    ) -> Result<Option<Ended>> {
        let step = Step::start(self.events, "promote.review", "Request a review");
        self.store.write(state, message).await?;
        let given = self.store.review(state, message).await?;
        report.pull_request = state.pull.as_ref().map(|pull| pull.url.clone());
        let gate = gates::approvals(order.rules.approvals, given.as_ref());
        report.gates.retain(|other| other.id != gate.id);
        report.gates.push(gate);
        let Some(failure) = gates::refusal(&check::describe(order), &report.gates) else {
            step.done(report.pull_request.clone().unwrap_or_default());
            return Ok(None);
        };
        step.unchanged("waiting for approval");
        report.ending = Ending::Refused;
        report.reason.clone_from(&failure.message);
        Ok(Some(Ended { report: report.clone(), failure: Some(failure) }))
    }

    async fn verified(
        &self,
        order: &Order,
        state: &mut StoreState,
        keys: &Keys,
        (mut report, readings): (Report, String),
    ) -> Result<Ended> {
        let step = Step::start(self.events, "promote.record", "Record that it is verified");
        report.reason = format!("the verdict is Passed; {readings}");
        let record = self.new_record(order, &report, state, Outcome::Verified);
        self.record(state, keys, record).await?;
        step.done(state.head.get(..12).unwrap_or(&state.head).to_owned());
        report.ending = Ending::Verified;
        report.next.extend(self.finish_review(state, &report).await);
        Ok(Ended { report, failure: None })
    }

    /// Returns the history record of `report`.
    pub(super) fn new_record(
        &self,
        order: &Order,
        report: &Report,
        state: &StoreState,
        outcome: Outcome,
    ) -> Record {
        Record {
            version: VERSION,
            at: (self.clock)(),
            environment: order.environment.clone(),
            action: order.action,
            who: self.who.clone(),
            digest: order.digest.clone(),
            commit: report.commit.clone(),
            from: order.from.clone(),
            previous: state.history.verified_before(&order.digest).map(|record| record.digest.clone()),
            gates: report.gates.iter().map(Into::into).collect(),
            watch: report.watch,
            canary: report.canary,
            outcome,
            reason: report.reason.clone(),
            previous_hash: String::new(),
        }
    }
}

fn title(order: &Order) -> String {
    match order.action {
        Action::Promote => format!("Promote {} to {}", order.environment, short(&order.digest)),
        Action::Rollback | Action::AutoRollback => {
            format!("Roll {} back to {}", order.environment, short(&order.digest))
        }
    }
}

/// Returns the text of the commit and of the pull request.
fn commit_body(report: &Report) -> String {
    let mut text = format!("Digest: {}\n", report.digest);
    let mut line = |name: &str, value: Option<&str>| {
        text += &value.map(|value| format!("{name}: {value}\n")).unwrap_or_default();
    };
    line("Commit", report.commit.as_deref());
    line("From", Some(report.from.as_deref().unwrap_or_default()));
    line("Before", report.lock.before.as_deref());
    text += "\nGates:\n";
    for gate in &report.gates {
        text += &format!("- {} {}: {}\n", gate.id, gate.result.name(), gate.reason);
    }
    text
}
