//! Waits until the target is Ready, and watches it until there is a verdict.

use std::{cell::RefCell, time::Duration};

use jiff::Timestamp;

use super::{Driver, EvidenceSource, Order};
use crate::promotion::driver::give_up::GiveUpTimer;
use crate::{
    base::{
        event::Step,
        failure::{Failure, Kind, Result},
        wait::{Deadline, Observation, wait},
    },
    promotion::{
        Target,
        report::short,
        store::PromotionStore,
        verdict::{Sample, Summary, Verdict, evaluate},
    },
};

/// What came of handing a digest over, or a share of the requests.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Watched {
    /// Why it is worse; `None` where it was proved.
    pub worse: Option<String>,
    /// What was seen; `None` where it never became Ready.
    pub figures: Option<Summary>,
    /// What those saw who asked for nothing but what is tried out; `None` where nothing is.
    pub own: Option<Summary>,
    /// What was counted from the hand-over until it was Ready, or given up; `None` where nobody was at sea before.
    pub rollout: Option<Summary>,
}

impl<T: Target, L: PromotionStore, W: EvidenceSource> Driver<'_, T, L, W> {
    /// Hands `digest` over, waits until it is Ready, and watches it. The canary is at sea all the while, so that what the
    /// change itself costs is counted as well.
    pub(super) async fn try_out(&self, order: &Order) -> Result<Watched> {
        let sailing = self.count().await.is_some();
        let step =
            Step::start(self.events, "promote.hand-over", format!("Hand {} over", short(&order.digest)));
        self.target.hand_over(&order.digest).await?;
        step.done(format!("{} is told to run it", order.environment));
        let stuck =
            self.until_ready(&order.environment, &order.digest, "promote.ready", self.pace.grace).await;
        let rollout = if sailing { self.count().await } else { None };
        if stuck.is_some() {
            return Ok(Watched { worse: stuck, rollout, ..Watched::default() });
        }
        Ok(Watched { rollout, ..self.watch(order, &order.digest, false).await })
    }

    /// What the canary has counted since it was asked last; `None` where it is not at sea, as in an environment that runs
    /// nothing yet. Nothing is judged by it: that is for the watch.
    pub(super) async fn count(&self) -> Option<Summary> {
        let figures = tokio::time::timeout(self.pace.patience, self.target.canary()).await.ok()?.ok()?;
        let sample = Sample { at: (self.clock)(), trouble: None, figures: Some(figures) };
        Some(Summary::of(&[sample]))
    }

    /// Waits until the target is Ready at `digest`; gives why it is not.
    ///
    /// What is without hope for `grace` is given up before the time is over.
    pub(super) async fn until_ready(
        &self,
        environment: &str,
        digest: &str,
        step: &str,
        grace: Duration,
    ) -> Option<String> {
        let step =
            Step::start(self.events, step, format!("Wait until {environment} is Ready at {}", short(digest)));
        // What crashes may still be a pod of the digest before: only what stays without hope is given up.
        let despair = RefCell::new(GiveUpTimer::after(grace, self.pace.reset_after));
        let waited = wait(Deadline::after(self.pace.ready), self.pace.look, "become Ready", || async {
            let state = self.target.state().await?;
            let ready = state.parts.iter().filter(|part| part.ready).count();
            let why = state.terminal.as_ref().filter(|_| state.digest.as_deref() == Some(digest));
            let late = state.parts.iter().find(|part| !part.ready).map(|part| &part.name);
            step.progress(
                count(ready),
                Some(count(state.parts.len())),
                why.or(late).cloned().unwrap_or_default(),
            );
            let gives_up = despair.borrow_mut().look(step.elapsed(), why.is_some());
            Ok(match why {
                _ if state.is_ready_at(digest) => Observation::Ready(()),
                Some(why) if gives_up => Observation::Failed(Failure::new(Kind::Phase, why.clone())),
                _ => Observation::Pending(state.missing(digest)),
            })
        });
        match waited.await {
            Ok(()) => {
                step.done("every part, at exactly this digest");
                None
            }
            Err(failure) => Some(in_one_line(&failure)),
        }
    }

    /// Looks again and again at what runs `digest` until the looks say that it is proved, or worse; where something is `tried`
    /// beside it, also at that by itself.
    pub(super) async fn watch(&self, order: &Order, digest: &str, tried: bool) -> Watched {
        let promised = &order.rules.promised;
        let step =
            Step::start(self.events, "promote.watch", "Watch it with canary buoys through the gateway");
        let (begun, mut samples, mut own) = ((self.clock)(), Vec::new(), Vec::new());
        // The verdict ends it after twice the watch time; this only keeps a clock that stands still from holding it for ever.
        let limit = Deadline::after(promised.watch * 3 + self.pace.patience * 4);
        let worse = loop {
            samples.push(self.look(digest).await);
            let mut verdict = evaluate(begun, &samples, promised);
            if tried {
                match self.look_at_trial().await {
                    Ok(sample) => own.push(sample),
                    Err(down) => break Some(down),
                }
                verdict = verdict.and(evaluate(begun, &own, promised));
            }
            match verdict {
                Verdict::Passed => break None,
                Verdict::Failed(reason) => break Some(reason),
                Verdict::Pending if limit.passed() => {
                    break Some("no verdict was reached in time".to_owned());
                }
                Verdict::Pending => {
                    let watched =
                        Duration::try_from((self.clock)().duration_since(begun)).unwrap_or_default();
                    step.progress(watched.as_secs(), Some(promised.watch.as_secs()), describe(&samples));
                    crate::base::wait::pause(self.pace.sample).await;
                }
            }
        };
        let sum = Summary::of(&samples);
        match &worse {
            None => step.done(describe(&samples)),
            // A step that is dropped says that it failed.
            Some(_) => drop(step),
        }
        Watched { worse, figures: Some(sum), own: tried.then(|| Summary::of(&own)), rollout: None }
    }

    /// One look; one that fails, or takes too long, is a bad one.
    async fn look(&self, digest: &str) -> Sample {
        let look = async {
            let figures = self.target.canary().await;
            (figures, self.target.state().await)
        };
        let looked = tokio::time::timeout(self.pace.patience, look).await;
        let at: Timestamp = (self.clock)();
        match looked {
            Err(_) => Sample { at, trouble: Some("it does not answer".to_owned()), figures: None },
            Ok((figures, state)) => {
                let missing = match state {
                    Ok(state) => Some(state.missing(digest)).filter(|missing| !missing.is_empty()),
                    Err(failure) => Some(failure.message),
                };
                let trouble =
                    missing.or_else(|| figures.as_ref().err().map(|failure| failure.message.clone()));
                Sample { at, trouble, figures: figures.ok() }
            }
        }
    }
}

/// A failure for the record: without the lines that a program has said last.
pub(super) fn in_one_line(failure: &Failure) -> String {
    let told = failure.with_causes();
    told.lines().next().unwrap_or_default().trim_end_matches(':').to_owned()
}

/// What was seen so far, in one line.
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
