//! Deploys a digest, waits until the target is Ready, and watches it until there is a verdict.

use std::{cell::RefCell, time::Duration};

use jiff::Timestamp;

use super::{Driver, EvidenceSource, Order};
use crate::{
    base::{
        digest::Digest,
        event::Step,
        failure::{Failure, Kind, Result},
        give_up::GiveUpTimer,
        wait::{Deadline, Observation, pause, wait},
    },
    promotion::{
        probe_stats::ProbeStats,
        report::short,
        store::{PromotionStore, history::Action},
        target::Target,
        verdict::{Sample, Summary, Verdict, evaluate, evaluate_rollout},
    },
};

/// The result of a deployment or of a canary.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Watched {
    /// Why it failed; `None` if it passed.
    pub failed: Option<String>,
    /// The measurements of the watch; `None` if it never became Ready.
    pub summary: Option<Summary>,
    /// The measurements of the canary's own probe; `None` without a canary.
    pub canary_only: Option<Summary>,
    /// The measurements from the deployment until Ready; `None` if no probe ran before it.
    pub rollout: Option<Summary>,
}

impl<T: Target, S: PromotionStore, E: EvidenceSource> Driver<'_, T, S, E> {
    /// Deploys the digest, waits until it is Ready, and watches it. The probes start before the deployment, so
    /// that the rollout is measured as well.
    pub(super) async fn deploy_and_watch(&self, order: &Order) -> Result<Watched> {
        let was_ready = self.was_ready().await;
        let started = self.start_measuring().await;
        let step = Step::start(self.events, "promote.deploy", format!("Deploy {}", short(&order.digest)));
        self.target.deploy(&order.digest).await?;
        step.done(format!("Flux of {} points at it", order.environment));
        let stuck =
            self.wait_until_ready(&order.environment, &order.digest, "promote.ready", self.pace.grace).await;
        let stats = self.measure(started).await;
        let rollout = stats.map(Summary::of_window);
        // Before a rollback, and in an environment that was not Ready, requests failed without the rollout.
        let judged = was_ready && order.action == Action::Promote;
        let cost =
            rollout.filter(|_| judged).and_then(|rollout| evaluate_rollout(&rollout, &order.rules.limits));
        if let Some(failed) = stuck.or(cost) {
            return Ok(Watched { failed: Some(failed), rollout, ..Watched::default() });
        }
        let since = stats.map(|stats| stats.until).or(started);
        Ok(Watched { rollout, ..self.watch(order, &order.digest, since, false).await })
    }

    /// Returns whether the environment is Ready at the digest that it runs.
    async fn was_ready(&self) -> bool {
        let state = tokio::time::timeout(self.pace.observation_limit, self.target.state()).await;
        let state = state.ok().and_then(Result::ok).unwrap_or_default();
        state.digest.as_ref().is_some_and(|digest| state.is_ready_at(digest))
    }

    /// Starts the probes and returns the start of the measured time; `None` if they cannot run yet, as in an
    /// environment without a deployment. The verdict does not depend on measurements before the watch.
    pub(super) async fn start_measuring(&self) -> Option<Timestamp> {
        tokio::time::timeout(self.pace.observation_limit, self.target.start_probes()).await.ok()?.ok()?;
        Some((self.clock)())
    }

    /// Reads the measurements since `since`; `None` if the probes do not run or do not respond.
    pub(super) async fn measure(&self, since: Option<Timestamp>) -> Option<ProbeStats> {
        tokio::time::timeout(self.pace.observation_limit, self.target.probe_stats(since?)).await.ok()?.ok()
    }

    /// Waits until the target is Ready at `digest`. Returns the reason if it is not; `None` if it is.
    ///
    /// A terminal error that lasts for `grace` ends the wait before its timeout.
    pub(super) async fn wait_until_ready(
        &self,
        environment: &str,
        digest: &Digest,
        step: &str,
        grace: Duration,
    ) -> Option<String> {
        let step =
            Step::start(self.events, step, format!("Wait until {environment} is Ready at {}", short(digest)));
        // A crashing pod may still belong to the previous digest, so only an error that lasts counts.
        let timer = RefCell::new(GiveUpTimer::after(grace, self.pace.reset_after));
        let waited = wait(Deadline::after(self.pace.ready), self.pace.poll, "become Ready", || async {
            let state = self.target.state().await?;
            let ready = state.resources.iter().filter(|resource| resource.ready).count();
            let terminal = state.terminal.as_ref().filter(|_| state.digest.as_ref() == Some(digest));
            let not_ready =
                state.resources.iter().find(|resource| !resource.ready).map(|resource| &resource.name);
            step.progress(
                count(ready),
                Some(count(state.resources.len())),
                terminal.or(not_ready).cloned().unwrap_or_default(),
            );
            let gives_up = timer.borrow_mut().observe(step.elapsed(), terminal.is_some());
            Ok(match terminal {
                _ if state.is_ready_at(digest) => Observation::Ready(()),
                Some(why) if gives_up => Observation::Failed(Failure::new(Kind::Phase, why.clone())),
                _ => Observation::Pending(state.missing(digest)),
            })
        });
        match waited.await {
            Ok(()) => {
                step.done("all resources are Ready at this digest");
                None
            }
            Err(failure) => Some(in_one_line(&failure)),
        }
    }

    /// Takes samples of the target at `digest` until there is a verdict; with `has_canary`, also of the canary
    /// alone.
    ///
    /// The first sample measures from `since`, or from now.
    pub(super) async fn watch(
        &self,
        order: &Order,
        digest: &Digest,
        since: Option<Timestamp>,
        has_canary: bool,
    ) -> Watched {
        let limits = &order.rules.limits;
        let step = Step::start(self.events, "promote.watch", "Watch it with probe buoys through the gateway");
        let (begun, mut samples, mut canary_samples) = ((self.clock)(), Vec::new(), Vec::new());
        // The verdict ends the watch after twice its time. This deadline ends it if the clock does not advance.
        let deadline = Deadline::after(limits.watch * 3 + self.pace.observation_limit * 4);
        let failed = loop {
            let measured_until = window_start(&samples, since.unwrap_or(begun));
            samples.push(self.sample(digest, measured_until).await);
            let mut verdict = evaluate(begun, &samples, limits);
            if has_canary {
                match self.sample_canary(window_start(&canary_samples, begun)).await {
                    Ok(sample) => canary_samples.push(sample),
                    Err(down) => break Some(down),
                }
                verdict = verdict.and_canary(evaluate(begun, &canary_samples, limits));
            }
            match verdict {
                Verdict::Passed => break None,
                Verdict::Failed(reason) => break Some(reason),
                Verdict::Pending if deadline.passed() => {
                    break Some("no verdict was reached in time".to_owned());
                }
                Verdict::Pending => {
                    let watched =
                        Duration::try_from((self.clock)().duration_since(begun)).unwrap_or_default();
                    step.progress(watched.as_secs(), Some(limits.watch.as_secs()), describe(&samples));
                    pause(self.pace.sample).await;
                }
            }
        };
        match &failed {
            None => step.done(describe(&samples)),
            // A dropped step reports that it failed.
            Some(_) => drop(step),
        }
        let canary_only = has_canary.then(|| Summary::of(&canary_samples));
        Watched { failed, summary: Some(Summary::of(&samples)), canary_only, rollout: None }
    }

    /// Takes one sample that measures from `since`. An error or a timeout makes a bad sample.
    async fn sample(&self, digest: &Digest, since: Timestamp) -> Sample {
        let observe = async {
            let measured = match self.target.start_probes().await {
                Ok(()) => self.target.probe_stats(since).await,
                Err(failure) => Err(failure),
            };
            (measured, self.target.state().await)
        };
        let observed = tokio::time::timeout(self.pace.observation_limit, observe).await;
        let at: Timestamp = (self.clock)();
        match observed {
            Err(_) => {
                Sample { at, problem: Some("the environment does not respond".to_owned()), stats: None }
            }
            Ok((measured, state)) => {
                let missing = match state {
                    Ok(current) => Some(current.missing(digest)).filter(|missing| !missing.is_empty()),
                    Err(failure) => Some(failure.message),
                };
                let problem =
                    missing.or_else(|| measured.as_ref().err().map(|failure| failure.message.clone()));
                Sample { at, problem, stats: measured.ok() }
            }
        }
    }
}

/// Returns the end of the last measured window of `samples`, or `first` without one.
fn window_start(samples: &[Sample], first: Timestamp) -> Timestamp {
    samples.iter().rev().find_map(|sample| sample.stats).map_or(first, |stats| stats.until)
}

/// Describes a failure in one line for a record, without the output of programs.
pub(super) fn in_one_line(failure: &Failure) -> String {
    let text = failure.with_causes();
    text.lines().next().unwrap_or_default().trim_end_matches(':').to_owned()
}

/// Describes the samples so far in one line.
fn describe(samples: &[Sample]) -> String {
    let sum = Summary::of(samples);
    format!(
        "{} requests, {} failed, p95 {:.0} ms, {} of {} readings stored",
        sum.requests,
        sum.failed,
        sum.p95_ms,
        sum.stored.min(sum.sent),
        sum.sent
    )
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
