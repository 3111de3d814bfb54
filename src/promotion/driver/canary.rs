//! Runs a canary: the new backend next to the current one with a traffic share, watched, and always removed
//! again.

use std::{cell::RefCell, time::Duration};

use jiff::Timestamp;

use super::{Driver, EvidenceSource, Order, Watched, watch::in_one_line};
use crate::{
    base::{
        event::{Event, Step},
        failure::{Failure, Kind, Result},
        give_up::GiveUpTimer,
        wait::{Deadline, Observation, wait},
    },
    promotion::{
        report::short,
        store::PromotionStore,
        target::{CanaryState, Target},
        verdict::{CanaryWatch, Sample},
    },
};

/// How long a run waits for the removal of an earlier run's canary. If the cluster is broken, the new digest
/// may fix it.
const LEFTOVER_LIMIT: Duration = Duration::from_mins(2);

impl<T: Target, S: PromotionStore, E: EvidenceSource> Driver<'_, T, S, E> {
    /// Routes `percent` of the requests to the digest for the watch time, then removes the canary.
    ///
    /// Returns the measurements, and the reason if the canary failed.
    pub(super) async fn canary_step(
        &self,
        order: &Order,
        percent: u8,
    ) -> Result<(CanaryWatch, Option<String>)> {
        let watched = self.watch_canary(order, percent).await;
        let removed = self.remove_canary(order).await;
        let Watched { failed, summary, canary_only, .. } = watched?;
        if failed.is_none() {
            removed?;
        } else if let Err(failure) = removed {
            // Deploying the verified digest removes the share as well.
            self.warn(format!("cannot remove the canary: {failure}"));
        }
        Ok((CanaryWatch { percent, gateway: summary, canary_only }, failed))
    }

    async fn watch_canary(&self, order: &Order, percent: u8) -> Result<Watched> {
        let failed = |reason: String| Watched { failed: Some(reason), ..Watched::default() };
        let Some(current) = self.target.state().await?.digest else {
            return Err(Failure::new(Kind::Promotion, format!("{} runs no digest", order.environment)));
        };
        // The first sample of the watch also covers the start of the canary.
        let since = self.start_measuring().await;
        let title = format!("Start the backend of {} next to {}", short(&order.digest), short(&current));
        if let Some(reason) = self.apply_canary(order, 0, ("promote.canary", title)).await? {
            return Ok(failed(reason));
        }
        let title = format!("Route {percent} % of the API's requests to it");
        if let Some(reason) = self.apply_canary(order, percent, ("promote.traffic-share", title)).await? {
            return Ok(failed(reason));
        }
        let text = format!(
            "{percent} % of the API's requests go to {}; if this run is interrupted, the next one for {} removes the share first",
            short(&order.digest),
            order.environment
        );
        self.events.emit(Event::Notice { text });
        // Flux reconciles everything again when the share changes.
        if let Some(reason) =
            self.wait_until_ready(&order.environment, &current, "promote.settle", self.pace.grace).await
        {
            return Ok(failed(reason));
        }
        Ok(self.watch(order, &current, since, true).await)
    }

    /// Deploys the canary and waits until it is ready and gets `percent` of the requests. Returns the reason if
    /// it does not become ready; `None` if it does.
    async fn apply_canary(
        &self,
        order: &Order,
        percent: u8,
        (id, title): (&'static str, String),
    ) -> Result<Option<String>> {
        let step = Step::start(self.events, id, title);
        self.target.set_canary_weight(&order.digest, percent).await?;
        let timer = RefCell::new(GiveUpTimer::after(self.pace.grace, self.pace.reset_after));
        let waited = wait(Deadline::after(self.pace.ready), self.pace.poll, "become Ready", || async {
            let canary = self.target.canary().await?.unwrap_or_default();
            let gives_up = timer.borrow_mut().observe(step.elapsed(), canary.terminal.is_some());
            Ok(match canary.terminal {
                _ if canary.ready && canary.percent == Some(percent) => Observation::Ready(()),
                Some(why) if gives_up => Observation::Failed(Failure::new(Kind::Phase, why)),
                _ if canary.ready => {
                    Observation::Pending("the gateway has not applied the share yet".to_owned())
                }
                _ => Observation::Pending(canary.message),
            })
        });
        match waited.await {
            Ok(()) => {
                step.done("");
                Ok(None)
            }
            Err(failure) => Ok(Some(format!("the canary: {}", in_one_line(&failure)))),
        }
    }

    /// Takes one sample of the canary alone. One sample is enough to fail a canary that is down: its requests
    /// fail, and removing it is cheap.
    pub(super) async fn sample_canary(&self, since: Timestamp) -> std::result::Result<Sample, String> {
        let observe = async {
            let canary = self.target.canary().await;
            let stats = match self.target.start_canary_probe().await {
                Ok(()) => self.target.canary_stats(since).await,
                Err(failure) => Err(failure),
            };
            (canary, stats)
        };
        let observed = tokio::time::timeout(self.pace.observation_limit, observe).await;
        let at: Timestamp = (self.clock)();
        let bad = |problem: String| Ok(Sample { at, problem: Some(problem), stats: None });
        match observed {
            Err(_) => bad("the canary does not respond".to_owned()),
            Ok((Err(failure), _) | (_, Err(failure))) => bad(failure.message),
            Ok((Ok(Some(CanaryState { ready: true, .. })), Ok(stats))) => {
                Ok(Sample { at, problem: None, stats: Some(stats) })
            }
            Ok((Ok(canary), _)) => {
                let why = canary.map_or_else(|| "it was removed".to_owned(), |canary| canary.message);
                Err(format!("the canary is down: {why}"))
            }
        }
    }

    async fn remove_canary(&self, order: &Order) -> Result<()> {
        let step =
            Step::start(self.events, "promote.remove-canary", "Remove the traffic share, then the canary");
        self.wait_until_removed(self.pace.ready).await.map_err(|late| {
            Failure { kind: Kind::Promotion, ..late }.hint(format!(
                "run this again: it removes the canary first, and {} keeps its current digest",
                order.environment
            ))
        })?;
        step.done("the current backend serves all requests");
        Ok(())
    }

    /// Removes the canary of an interrupted run. A cluster that does not respond is only a warning here: the
    /// deployment reports it.
    pub(super) async fn remove_leftover_canary(&self) {
        let removed = match self.target.canary().await {
            Ok(None) => return,
            Ok(Some(_)) => {
                let title = "Remove the canary of an interrupted run";
                let step = Step::start(self.events, "promote.remove-leftover-canary", title);
                self.wait_until_removed(LEFTOVER_LIMIT.min(self.pace.ready))
                    .await
                    .map(|()| step.done("the current backend serves all requests"))
            }
            Err(failure) => Err(failure),
        };
        if let Err(failure) = removed {
            self.warn(format!("cannot check for the canary of an interrupted run: {failure}"));
        }
    }

    async fn wait_until_removed(&self, limit: Duration) -> Result<()> {
        wait(Deadline::after(limit), self.pace.poll, "remove the canary", || async {
            let gone = self.target.remove_canary().await?;
            Ok(if gone { Observation::Ready(()) } else { Observation::Pending("it still exists".to_owned()) })
        })
        .await
    }
}
