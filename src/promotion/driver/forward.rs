//! The way forward: gates, copy, commit, hand over, record.

use super::{Driver, Ended, EvidenceSource, Facts, Order};
use crate::promotion::driver::rollback::Failed;
use crate::{
    base::{event::Step, failure::Result},
    promotion::{
        Content, Target,
        gates::{self, Gate},
        report::{Ending, LockChange, Report, VERSION, short},
        store::{
            EnvLock, LedgerState, Message, PromotionStore,
            history::{Action, Keys, Outcome, Record},
        },
    },
};

impl<T: Target, L: PromotionStore, W: EvidenceSource> Driver<'_, T, L, W> {
    /// The end where the digest runs there already and was verified.
    pub(super) async fn nothing_to_do(&self, order: &Order, book: &mut LedgerState) -> Result<Option<Ended>> {
        let verified = book
            .history
            .last()
            .is_some_and(|last| last.outcome == Outcome::Verified && last.digest == order.digest);
        let Some(lock) = book.lock.as_ref().filter(|lock| verified && lock.digest == order.digest) else {
            return Ok(None);
        };
        if !self.target.state().await?.is_ready_at(&order.digest) {
            return Ok(None);
        }
        let mut report = report(order, lock, book.lock.as_ref());
        report.reason = format!("{} runs it already, verified", order.environment);
        report.ending = Ending::Unchanged;
        if !order.dry_run {
            report.next.extend(self.conclude(book, &report).await);
        }
        Ok(Some(Ended { report, failure: None }))
    }

    /// Everything from the gates to the record.
    pub(super) async fn forward(&self, order: &Order, book: &mut LedgerState, keys: &Keys) -> Result<Ended> {
        let step = Step::start(self.events, "promote.gates", "Ask the gates");
        let content = self.target.inspect(&order.digest).await?;
        let lock = lock_of(order, &content, book);
        let mut report = report(order, &lock, book.lock.as_ref());
        report.gates = self.gates(order, &content, book, keys).await?;
        report.pull_request = book.pull.as_ref().map(|pull| pull.url.clone());
        let open = report.gates.iter().filter(|gate| !gate.refuses()).count();
        step.done(format!("{open} of {} are open", report.gates.len()));
        if let Some(failure) = gates::refusal(&what(order), &report.gates) {
            report.ending = if order.dry_run { Ending::Planned } else { Ending::Refused };
            report.reason.clone_from(&failure.message);
            report.next.extend(left_behind(book));
            return Ok(Ended { report, failure: Some(failure) });
        }
        if order.dry_run {
            "nothing was changed".clone_into(&mut report.reason);
            return Ok(Ended { report, failure: None });
        }
        let facts = facts(&report);
        let message = Message { title: &title(order), body: &facts };
        let before = book.lock.replace(lock);
        if self.ledger.reviewed()
            && order.action == Action::Promote
            && let Some(ended) = self.review(order, book, message, &mut report).await?
        {
            return Ok(ended);
        }
        let step = Step::start(self.events, "promote.copy", "Copy what the target's registry lacks");
        let copied = self.target.copy(&order.digest).await?;
        step.done(format!("{} manifests, {} bytes", copied.manifests, copied.bytes));
        report.copied = Some(copied);
        if let Some(percent) = order.canary.filter(|_| gates::opened(&report.gates, gates::CANARY)) {
            let (tried, worse) = self.share_first(order, percent).await?;
            report.canary = Some(tried);
            if let Some(reason) = worse {
                return self.worse(order, book, keys, Failed { report, reason, before }).await;
            }
        }
        let step = Step::start(self.events, "promote.lock", format!("Commit {}", report.lock.file));
        self.ledger.write(book, message).await?;
        step.done(book.head.get(..12).unwrap_or(&book.head).to_owned());
        let watched = self.try_out(order).await?;
        (report.figures, report.rollout) = (watched.figures, watched.rollout);
        match watched.worse {
            None => self.proved(order, book, keys, report).await,
            Some(reason) => self.worse(order, book, keys, Failed { report, reason, before }).await,
        }
    }

    /// Asks for approvals; ends here until there are enough.
    async fn review(
        &self,
        order: &Order,
        book: &mut LedgerState,
        message: Message<'_>,
        report: &mut Report,
    ) -> Result<Option<Ended>> {
        let step = Step::start(self.events, "promote.review", "Ask for a review");
        self.ledger.write(book, message).await?;
        let given = self.ledger.review(book, message).await?;
        report.pull_request = book.pull.as_ref().map(|pull| pull.url.clone());
        let gate = gates::approvals(order.rules.approvals, given.as_ref());
        report.gates.retain(|other| other.id != gate.id);
        report.gates.push(gate);
        let Some(failure) = gates::refusal(&what(order), &report.gates) else {
            step.done(report.pull_request.clone().unwrap_or_default());
            return Ok(None);
        };
        step.unchanged("it waits for approval");
        report.ending = Ending::Refused;
        report.reason.clone_from(&failure.message);
        Ok(Some(Ended { report: report.clone(), failure: Some(failure) }))
    }

    /// The gates that make sense for the order.
    async fn gates(
        &self,
        order: &Order,
        content: &Content,
        book: &LedgerState,
        keys: &Keys,
    ) -> Result<Vec<Gate>> {
        let rules = &order.rules;
        let signed = gates::signed(rules.guarded, &self.signer(keys).await);
        if order.action != Action::Promote {
            return Ok(vec![was_verified(order, book), gates::images(content), signed]);
        }
        let Facts { source, tree, migrations, known, edited, parity, monthly } =
            self.witness.look(content, book.lock.as_ref()).await?;
        let now = (self.clock)();
        let mut gates = vec![
            gates::source_ready(&order.from, &order.digest, &source),
            gates::soak(&order.from, &order.digest, &source, rules.soak, now),
            gates::policy(&tree, content),
            gates::parity(&parity),
            gates::migrations(&migrations),
            gates::images(content),
            gates::clean_tree(rules.guarded, content, known, &edited),
            gates::budget(&monthly, rules.budget, order.over_budget.as_deref()),
            signed,
        ];
        gates.extend(self.beside(order, content, book).await?);
        // With a forge it is asked last: only what every other gate lets pass is worth a reviewer's time.
        if !self.ledger.reviewed() {
            gates.push(gates::approvals(rules.approvals, None));
        }
        Ok(gates)
    }

    async fn proved(
        &self,
        order: &Order,
        book: &mut LedgerState,
        keys: &Keys,
        mut report: Report,
    ) -> Result<Ended> {
        let step = Step::start(self.events, "promote.record", "Record that it is verified");
        "it held through the whole watch".clone_into(&mut report.reason);
        let record = self.entry(order, &report, book, Outcome::Verified);
        self.record(book, keys, record).await?;
        step.done(book.head.get(..12).unwrap_or(&book.head).to_owned());
        report.ending = Ending::Verified;
        report.next.extend(self.conclude(book, &report).await);
        Ok(Ended { report, failure: None })
    }

    /// What the history shall say of `report`.
    pub(super) fn entry(
        &self,
        order: &Order,
        report: &Report,
        book: &LedgerState,
        outcome: Outcome,
    ) -> Record {
        Record {
            version: crate::promotion::store::history::VERSION,
            at: (self.clock)(),
            environment: order.environment.clone(),
            action: order.action,
            who: self.who.clone(),
            digest: order.digest.clone(),
            commit: report.commit.clone(),
            from: order.from.clone(),
            previous: book.history.verified_before(&order.digest).map(|record| record.digest.clone()),
            gates: report.gates.iter().map(Into::into).collect(),
            figures: report.figures,
            canary: report.canary,
            outcome,
            reason: report.reason.clone(),
            before: String::new(),
        }
    }
}

/// A rollback goes only to what was verified there.
fn was_verified(order: &Order, book: &LedgerState) -> Gate {
    const ID: &str = "verified";
    match book.history.verified().find(|record| record.digest == order.digest) {
        Some(record) => Gate::passed(ID, format!("it was verified there at {:.0}", record.at)),
        None => Gate::refused(ID, format!("{} never ran this digest and was verified", order.environment)),
    }
}

/// The lock that says that the order is carried out.
fn lock_of(order: &Order, content: &Content, book: &LedgerState) -> EnvLock {
    EnvLock {
        digest: order.digest.clone(),
        commit: content.commit.clone(),
        images: content.images.clone(),
        promoted_from: order.from.clone(),
        previous: book.history.verified_before(&order.digest).map(|record| record.digest.clone()),
    }
}

fn report(order: &Order, lock: &EnvLock, before: Option<&EnvLock>) -> Report {
    Report {
        version: VERSION,
        environment: order.environment.clone(),
        action: order.action,
        digest: order.digest.clone(),
        commit: lock.commit.clone(),
        from: order.from.clone(),
        ending: Ending::Planned,
        reason: String::new(),
        gates: Vec::new(),
        lock: LockChange::between(&order.environment, before, lock),
        copied: None,
        canary: None,
        figures: None,
        rollout: None,
        rollback: None,
        restored: None,
        pull_request: None,
        next: Vec::new(),
    }
}

fn what(order: &Order) -> String {
    match order.action {
        Action::Promote => format!("promoting {} to {}", short(&order.digest), order.environment),
        Action::Rollback | Action::Restore => {
            format!("rolling {} back to {}", order.environment, short(&order.digest))
        }
    }
}

fn title(order: &Order) -> String {
    match order.action {
        Action::Promote => format!("Promote {} to {}", order.environment, short(&order.digest)),
        Action::Rollback | Action::Restore => {
            format!("Roll {} back to {}", order.environment, short(&order.digest))
        }
    }
}

/// The facts, as the commit and the pull request tell them.
fn facts(report: &Report) -> String {
    let mut text = format!("Digest: {}\n", report.digest);
    let mut line = |name: &str, value: Option<&str>| {
        text += &value.map(|value| format!("{name}: {value}\n")).unwrap_or_default();
    };
    line("Commit", report.commit.as_deref());
    line("From", Some(&report.from));
    line("Before", report.lock.before.as_deref());
    text += "\nGates:\n";
    for gate in &report.gates {
        let verdict = match gate.verdict {
            gates::Verdict::Passed => "passed",
            gates::Verdict::Refused => "refused",
            gates::Verdict::Skipped => "skipped",
        };
        text += &format!("- {} {verdict}: {}\n", gate.id, gate.reason);
    }
    text
}

/// What to do where an attempt that was cut off has left something unverified.
fn left_behind(book: &LedgerState) -> Option<String> {
    let lock = book.lock.as_ref()?;
    let verified = book.history.verified().any(|record| record.digest == lock.digest);
    (!verified && book.pull.is_none()).then(|| {
        format!(
            "{} is in the lock and was never verified: `seasense rollback` brings back what was",
            short(&lock.digest)
        )
    })
}
