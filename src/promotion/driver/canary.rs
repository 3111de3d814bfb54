//! A share of the requests first: the new backend beside the old one, watched, and taken away again whatever was seen.

use std::{cell::RefCell, time::Duration};

use jiff::Timestamp;

use super::{Driver, EvidenceSource, Order, Watched, watch::in_one_line};
use crate::promotion::driver::give_up::GiveUpTimer;
use crate::{
    base::{
        event::{Event, Step},
        failure::{Failure, Kind, Result},
        wait::{Deadline, Observation, wait},
    },
    promotion::{
        Content, State, Target, Trial,
        gates::{self, Beside, Gate},
        report::short,
        store::{LedgerState, PromotionStore},
        verdict::{Sample, Tried},
    },
};

/// How long a run waits for what an earlier one has left: what it brings itself may be what mends the cluster.
const LEFT: Duration = Duration::from_mins(2);

impl<T: Target, L: PromotionStore, W: EvidenceSource> Driver<'_, T, L, W> {
    /// The gate `canary`, where a share was asked for.
    pub(super) async fn beside(
        &self,
        order: &Order,
        content: &Content,
        book: &LedgerState,
    ) -> Result<Option<Gate>> {
        let Some(percent) = order.canary else { return Ok(None) };
        let state = self.steady(order).await?;
        let gives = match &state.digest {
            Some(runs) if *runs != order.digest => self.target.inspect(runs).await?.canary,
            _ => false,
        };
        let verified = book.history.verified().next().map(|record| record.digest.as_str());
        let beside = Beside { digest: &order.digest, state: &state, verified, gives, takes: content.canary };
        Ok(Some(gates::canary(percent, beside)))
    }

    /// What runs, once it is Ready: one that is so but for a moment must not close the gate.
    async fn steady(&self, order: &Order) -> Result<State> {
        let deadline = Deadline::after(self.pace.patience);
        loop {
            let state = self.target.state().await?;
            let ready =
                state.digest.as_deref().is_none_or(|runs| runs == order.digest || state.is_ready_at(runs));
            if ready || order.dry_run || deadline.passed() {
                return Ok(state);
            }
            crate::base::wait::pause(self.pace.look).await;
        }
    }

    /// Gives the digest `percent` of the requests for the watch time. Nothing of that is left afterwards; gives what was seen,
    /// and why it is worse where it is.
    pub(super) async fn share_first(&self, order: &Order, percent: u8) -> Result<(Tried, Option<String>)> {
        let shared = self.share(order, percent).await;
        let taken_back = self.take_back(order).await;
        let Watched { worse, figures, own, .. } = shared?;
        if worse.is_none() {
            taken_back?;
        } else if let Err(failure) = taken_back {
            // Handing over what was verified takes it back as well.
            self.warn(format!("the canary could not be taken away: {failure}"));
        }
        Ok((Tried { percent, figures, own }, worse))
    }

    async fn share(&self, order: &Order, percent: u8) -> Result<Watched> {
        let worse = |reason: String| Watched { worse: Some(reason), ..Watched::default() };
        let Some(runs) = self.target.state().await?.digest else {
            return Err(Failure::new(Kind::Promotion, format!("{} runs nothing", order.environment)));
        };
        // From now on it is counted what the trial costs.
        let _ = self.count().await;
        let title = format!("Start the backend of {} beside {}", short(&order.digest), short(&runs));
        if let Some(reason) = self.until_shared(order, 0, ("promote.canary", title)).await? {
            return Ok(worse(reason));
        }
        let title = format!("Give it {percent} % of the API's requests");
        if let Some(reason) = self.until_shared(order, percent, ("promote.share", title)).await? {
            return Ok(worse(reason));
        }
        let text = format!(
            "{percent} % of the API's requests go to {}; should this run be cut off, the next one for {} takes them back first",
            short(&order.digest),
            order.environment
        );
        self.events.emit(Event::Notice { text });
        // Flux looks at all of it anew when the share changes.
        if let Some(reason) =
            self.until_ready(&order.environment, &runs, "promote.settled", self.pace.grace).await
        {
            return Ok(worse(reason));
        }
        Ok(self.watch(order, &runs, true).await)
    }

    /// Waits until the new backend is ready and gets `percent`; gives why that will not be.
    async fn until_shared(
        &self,
        order: &Order,
        percent: u8,
        (id, title): (&'static str, String),
    ) -> Result<Option<String>> {
        let step = Step::start(self.events, id, title);
        self.target.share(&order.digest, percent).await?;
        let despair = RefCell::new(GiveUpTimer::after(self.pace.grace, self.pace.reset_after));
        let waited = wait(Deadline::after(self.pace.ready), self.pace.look, "become Ready", || async {
            let trial = self.target.trial().await?.unwrap_or_default();
            let gives_up = despair.borrow_mut().look(step.elapsed(), trial.terminal.is_some());
            Ok(match trial.terminal {
                _ if trial.ready && trial.percent == Some(percent) => Observation::Ready(()),
                Some(why) if gives_up => Observation::Failed(Failure::new(Kind::Phase, why)),
                _ if trial.ready => Observation::Pending("the gateway has not taken the share up".to_owned()),
                _ => Observation::Pending(trial.message),
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

    /// One look at what is tried out, by itself. That it is down is no matter of several looks: what it gets is not answered,
    /// and the way back costs nothing.
    pub(super) async fn look_at_trial(&self) -> std::result::Result<Sample, String> {
        let look = async { (self.target.trial().await, self.target.tried().await) };
        let looked = tokio::time::timeout(self.pace.patience, look).await;
        let at: Timestamp = (self.clock)();
        let silent = |trouble: String| Ok(Sample { at, trouble: Some(trouble), figures: None });
        match looked {
            Err(_) => silent("it does not answer".to_owned()),
            Ok((Err(failure), _) | (_, Err(failure))) => silent(failure.message),
            Ok((Ok(Some(Trial { ready: true, .. })), Ok(figures))) => {
                Ok(Sample { at, trouble: None, figures: Some(figures) })
            }
            Ok((Ok(trial), _)) => {
                let told = trial.map_or_else(|| "somebody took it away".to_owned(), |trial| trial.message);
                Err(format!("the canary is down: {told}"))
            }
        }
    }

    async fn take_back(&self, order: &Order) -> Result<()> {
        let step = Step::start(self.events, "promote.withdraw", "Take the canary away, its share first");
        self.withdrawn(self.pace.ready).await.map_err(|late| {
            Failure { kind: Kind::Promotion, ..late }.hint(format!(
                "run this again: it takes it away first, and {} keeps what it runs",
                order.environment
            ))
        })?;
        step.done("the old backend answers everything");
        Ok(())
    }

    /// Takes away what a run that was cut off has left. A cluster that cannot be asked now is told when something is handed
    /// over to it.
    pub(super) async fn take_back_what_is_left(&self) {
        let left = match self.target.trial().await {
            Ok(None) => return,
            Ok(Some(_)) => {
                let title = "Take away the canary that an earlier run has left";
                let step = Step::start(self.events, "promote.left", title);
                self.withdrawn(LEFT.min(self.pace.ready))
                    .await
                    .map(|()| step.done("the old backend answers everything"))
            }
            Err(failure) => Err(failure),
        };
        if let Err(failure) = left {
            self.warn(format!("whether an earlier run has left a canary is not known: {failure}"));
        }
    }

    async fn withdrawn(&self, limit: Duration) -> Result<()> {
        wait(Deadline::after(limit), self.pace.look, "take the canary away", || async {
            let gone = self.target.withdraw().await?;
            Ok(if gone { Observation::Ready(()) } else { Observation::Pending("it goes".to_owned()) })
        })
        .await
    }
}
