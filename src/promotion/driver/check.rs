//! Evaluates the gates of an order. Only reads.

use super::{Driver, Ended, Evidence, EvidenceSource, Order, migrations};
use crate::{
    base::{
        event::Step,
        failure::{Failure, Result},
        wait::{Deadline, pause},
    },
    promotion::{
        gates::{self, CanaryEvidence, Gate},
        report::{Ending, LockChange, Report, VERSION, short},
        store::{
            EnvLock, PromotionStore, StoreState,
            history::{Action, Keys, Outcome},
        },
        target::{Content, ObservedEnvironment, State},
        trial::Plan,
    },
};

/// Whether to wait until a short disturbance is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// Wait for a short time.
    Short,
    /// Decide on the first observation.
    No,
}

/// The evaluated gates.
pub(super) struct Checked {
    pub(super) report: Report,
    pub(super) noted: Noted,
    /// The lock file after the promotion.
    pub(super) lock: EnvLock,
    /// Why a gate refuses; `None` if none does.
    pub(super) refusal: Option<Failure>,
}

/// What the evidence says about the steps after the gates.
#[derive(Debug, Default)]
pub(super) struct Noted {
    /// The recorded reason why readings may change; `None` if they must not.
    pub(super) readings_may_change: Option<String>,
    /// The migrations to try; `None` outside a rehearsal.
    pub(super) trial: Option<Plan>,
}

impl Checked {
    /// Returns the result of a run that only plans.
    pub(super) fn planned(self) -> Ended {
        let mut report = self.report;
        if self.refusal.is_none() {
            "nothing was changed".clone_into(&mut report.reason);
        }
        Ended { report, failure: self.refusal }
    }

    /// Returns the result of a run that a gate refuses.
    pub(super) fn refused(mut self, failure: Failure) -> Ended {
        self.report.ending = Ending::Refused;
        Ended { report: self.report, failure: Some(failure) }
    }
}

impl<T: ObservedEnvironment, S: PromotionStore, E: EvidenceSource> Driver<'_, T, S, E> {
    /// Returns the report if the environment already runs the digest and the digest is verified.
    pub(super) async fn already_verified(&self, order: &Order, state: &StoreState) -> Result<Option<Report>> {
        let verified = state
            .history
            .last()
            .is_some_and(|last| last.outcome == Outcome::Verified && last.digest == order.digest);
        let Some(lock) = state.lock.as_ref().filter(|lock| verified && lock.digest == order.digest) else {
            return Ok(None);
        };
        if !self.target.state().await?.is_ready_at(&order.digest) {
            return Ok(None);
        }
        let mut report = report(order, lock, state.lock.as_ref());
        report.reason = format!("{} runs it already, verified", order.environment);
        report.ending = Ending::Unchanged;
        Ok(Some(report))
    }

    /// Evaluates every gate.
    pub(super) async fn check(
        &self,
        order: &Order,
        state: &StoreState,
        keys: &Keys,
        wait: Wait,
    ) -> Result<Checked> {
        let step = Step::start(self.events, "promote.gates", "Evaluate the gates");
        let content = self.target.inspect(&order.digest).await?;
        let lock = lock_after(order, &content, state);
        let mut report = report(order, &lock, state.lock.as_ref());
        let mut noted = Noted::default();
        report.gates = self.gates(order, &content, state, keys, (wait, &mut noted)).await?;
        report.pull_request = state.pull.as_ref().map(|pull| pull.url.clone());
        let passed = report.gates.iter().filter(|gate| !gate.refuses()).count();
        step.done(format!("{passed} of {} passed or were skipped", report.gates.len()));
        let refusal = gates::refusal(&describe(order), &report.gates);
        if let Some(failure) = &refusal {
            report.reason.clone_from(&failure.message);
            report.next.extend(unverified_lock(state));
        }
        Ok(Checked { report, noted, lock, refusal })
    }

    /// Evaluates the gates that apply to the action.
    async fn gates(
        &self,
        order: &Order,
        content: &Content,
        state: &StoreState,
        keys: &Keys,
        (wait, noted): (Wait, &mut Noted),
    ) -> Result<Vec<Gate>> {
        let rules = &order.rules;
        let signed = gates::signed(rules.guarded, &self.signer(keys).await);
        let secrets = self.secrets_gate(order, content, state).await?;
        if order.action != Action::Promote {
            return Ok(vec![was_verified(order, state), gates::images(content), secrets, signed]);
        }
        let Evidence { source, tree, migrations, rehearsed, commit_is_known, edited, parity, phases, cost } =
            self.evidence.collect(content, state.lock.as_ref()).await?;
        noted.readings_may_change = gates::readings_may_change(&migrations);
        let (trial, untried) = migrations::plan(rehearsed);
        noted.trial = trial;
        let now = (self.clock)();
        let from = order.from.as_deref().unwrap_or_default();
        let mut gates = vec![
            gates::source_ready(from, &order.digest, &source),
            gates::soak(from, &order.digest, &source, rules.soak, now),
            gates::policy(&tree, content),
            gates::parity(&parity),
            gates::phases(&phases),
            gates::migrations(&migrations),
            gates::images(content),
            secrets,
            gates::clean_tree(rules.guarded, content, commit_is_known, &edited),
            gates::budget(&cost),
            signed,
        ];
        gates.extend(untried);
        gates.extend(self.canary_gate(order, content, state, wait).await?);
        // With a forge, the approvals are evaluated last: a review is requested only if all other gates pass.
        if !self.store.requires_review() {
            gates.push(gates::approvals(rules.approvals, None));
        }
        Ok(gates)
    }

    /// Evaluates the gate `secrets`. The way back is the digest that was verified last.
    async fn secrets_gate(&self, order: &Order, content: &Content, state: &StoreState) -> Result<Gate> {
        let back = match state.history.verified_before(&order.digest).map(|record| &record.digest) {
            // A digest that cannot be read is no way back, whatever its keys are.
            Some(digest) => self.target.inspect(digest).await.ok().map(|content| (short(digest), content)),
            None => None,
        };
        let keys = self.target.keys().await.ok().flatten();
        let way_back = back.as_ref().map(|(digest, content)| (*digest, content));
        Ok(gates::secrets(gates::SecretsEvidence { content, way_back, keys: keys.as_ref() }))
    }

    /// Evaluates the gate `canary` if a traffic share is requested.
    async fn canary_gate(
        &self,
        order: &Order,
        content: &Content,
        state: &StoreState,
        wait: Wait,
    ) -> Result<Option<Gate>> {
        let Some(percent) = order.canary else { return Ok(None) };
        let current = self.settled_state(order, wait).await?;
        let current_supports = match &current.digest {
            Some(digest) if *digest != order.digest => self.target.inspect(digest).await?.supports_canary,
            _ => false,
        };
        let evidence = CanaryEvidence {
            digest: &order.digest,
            state: &current,
            verified: state.history.verified().next().map(|record| &record.digest),
            current_supports,
            new_supports: content.supports_canary,
        };
        Ok(Some(gates::canary(percent, evidence)))
    }

    /// Observes the state once it is Ready: a short disturbance must not make the gate refuse.
    async fn settled_state(&self, order: &Order, wait: Wait) -> Result<State> {
        let deadline = Deadline::after(self.pace.observation_limit);
        loop {
            let state = self.target.state().await?;
            let settled = state
                .digest
                .as_ref()
                .is_none_or(|current| *current == order.digest || state.is_ready_at(current));
            if settled || wait == Wait::No || deadline.passed() {
                return Ok(state);
            }
            pause(self.pace.poll).await;
        }
    }
}

/// The gate of a rollback: only a digest that was verified in the environment passes.
fn was_verified(order: &Order, state: &StoreState) -> Gate {
    const ID: &str = "verified";
    match state.history.verified().find(|record| record.digest == order.digest) {
        Some(record) => Gate::passed(ID, format!("it was verified there at {:.0}", record.at)),
        None => Gate::refused(ID, format!("this digest was never verified in {}", order.environment)),
    }
}

/// Returns the lock file after the order is carried out.
fn lock_after(order: &Order, content: &Content, state: &StoreState) -> EnvLock {
    EnvLock {
        digest: order.digest.clone(),
        commit: content.commit.clone(),
        images: content.images.clone(),
        promoted_from: order.from.clone(),
        previous: state.history.verified_before(&order.digest).map(|record| record.digest.clone()),
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
        rollout: None,
        migrations: None,
        watch: None,
        rollback: None,
        rolled_back_to: None,
        pull_request: None,
        next: Vec::new(),
    }
}

/// Describes the order as the subject of a sentence.
pub(super) fn describe(order: &Order) -> String {
    match order.action {
        Action::Promote => format!("promoting {} to {}", short(&order.digest), order.environment),
        Action::Rollback | Action::AutoRollback => {
            format!("rolling {} back to {}", order.environment, short(&order.digest))
        }
    }
}

/// Returns the next step if an interrupted run has left an unverified digest in the lock file.
fn unverified_lock(state: &StoreState) -> Option<String> {
    let lock = state.lock.as_ref()?;
    let verified = state.history.verified().any(|record| record.digest == lock.digest);
    (!verified && state.pull.is_none()).then(|| {
        format!(
            "{} is in the lock file but was never verified: `seasense rollback` deploys the last verified digest",
            short(&lock.digest)
        )
    })
}
