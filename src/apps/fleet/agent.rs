//! Lets one buoy live: it measures at its moments, and sends what waits, oldest first, until it is acknowledged.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use seasense::apps::shared::shutdown::{self, Shutdown};
use seasense::apps::shared::wire::{Answer, Batch, Reading, Status};

use crate::ack_log::{Entry, Record};
use crate::buoy::Buoy;
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::outbox::Outbox;
use crate::physics::Sea;
use crate::schedule::Schedule;
use crate::track::Track;
use crate::transport::{Backoff, Transport, Unsent};

/// Readings in one batch; half of what the backend takes, so that a late burst leaves quickly and in pieces.
const BATCH: usize = 500;

/// Readings that a buoy can hold back: more than a day at one every five seconds.
pub const CAPACITY: usize = 20_000;

/// The pause between attempts after being asked to end.
const LAST_PAUSE: Duration = Duration::from_millis(250);

/// What marks the source of chance for pauses.
const BACKOFF: u64 = 0x6261_636b_6f66_6621;

/// What all buoys of a fleet share.
#[derive(Clone)]
pub struct Shared<C, X, L> {
    /// The time.
    pub clock: C,
    /// The way to the backend.
    pub transport: X,
    /// Where acknowledgements are noted.
    pub ack_log: L,
    /// The counters.
    pub metrics: Metrics,
    /// The number of this start.
    pub boot_id: i64,
}

/// Measures and sends until asked to end; then tries once more to send what waits, as long as `grace` lasts.
pub async fn run<T: Track, S: Sea, C: Clock, X: Transport, L: Record>(
    buoy: Buoy<T, S>,
    token: String,
    schedule: Schedule,
    shared: Shared<C, X, L>,
    shutdown: Shutdown,
    grace: SignedDuration,
) {
    let buoy = Arc::new(buoy);
    let outbox = Arc::new(Outbox::new(CAPACITY));
    let sender = Sender {
        buoy: buoy.clone(),
        token,
        outbox: outbox.clone(),
        shared: shared.clone(),
        shutdown: shutdown.clone(),
    };
    let sending = sender.run();
    tokio::pin!(sending);
    tokio::select! {
        () = measure(&buoy, &outbox, schedule, &shared) => {}
        () = &mut sending => {}
        () = shutdown::requested(shutdown) => {}
    }
    let end = shared.clock.now() + grace;
    tokio::select! {
        () = &mut sending => {}
        () = drained(&outbox, &shared.clock) => {}
        () = shared.clock.until(end) => tracing::warn!(buoy = buoy.id, waiting = outbox.len(), "readings stay unsent"),
    }
}

/// Measures the past at once, then every moment as it comes.
async fn measure<T: Track, S: Sea, C: Clock, X, L>(
    buoy: &Buoy<T, S>,
    outbox: &Outbox,
    schedule: Schedule,
    shared: &Shared<C, X, L>,
) {
    let mut seq = 0;
    let mut put = |at| {
        seq += 1;
        let dropped = outbox.put(buoy.measure(seq, at));
        shared.metrics.measured.inc();
        if dropped {
            shared.metrics.dropped.inc();
        } else {
            shared.metrics.waiting.inc();
        }
    };
    let start = shared.clock.now();
    schedule.past.between(schedule.past_from, start).for_each(&mut put);
    let mut next = schedule.live.after(start);
    loop {
        shared.clock.until(next).await;
        put(next);
        next = schedule.live.after(next);
    }
}

/// Waits until nothing waits.
async fn drained<C: Clock>(outbox: &Outbox, clock: &C) {
    while outbox.len() > 0 {
        clock.until(clock.now() + SignedDuration::from_millis(20)).await;
    }
}

/// The answer, if it speaks of exactly the readings that were sent; another one acknowledges nothing.
fn fitting(sent: &[Reading], answer: Answer) -> Result<Answer, Unsent> {
    let answered = answer.results.iter().map(|outcome| outcome.seq);
    if sent.iter().map(|reading| reading.seq).eq(answered) {
        Ok(answer)
    } else {
        Err(Unsent::new("the answer does not fit the batch"))
    }
}

struct Sender<T, S, C, X, L> {
    buoy: Arc<Buoy<T, S>>,
    token: String,
    outbox: Arc<Outbox>,
    shared: Shared<C, X, L>,
    shutdown: Shutdown,
}

impl<T: Track, S: Sea, C: Clock, X: Transport, L: Record> Sender<T, S, C, X, L> {
    async fn run(self) {
        let mut backoff = Backoff::new(self.buoy.chance(BACKOFF));
        loop {
            let readings = self.outbox.oldest(BATCH).await;
            let batch = Batch { buoy: self.buoy.id.clone(), boot_id: self.shared.boot_id, readings };
            let sent = self.shared.transport.send(&self.token, &batch).await;
            match sent.and_then(|answer| fitting(&batch.readings, answer)) {
                Ok(answer) => {
                    backoff.reset();
                    self.acknowledge(&batch.readings, &answer);
                }
                Err(unsent) => {
                    self.shared.metrics.failures.inc();
                    self.pause(backoff.next(unsent.retry_after), &unsent).await;
                }
            }
        }
    }

    /// Waits before the next attempt. Being asked to end cuts the wait short: what waits is tried once more at once, and
    /// then at short distances.
    async fn pause(&self, pause: Duration, unsent: &Unsent) {
        let ending = *self.shutdown.borrow();
        let pause = if ending { pause.min(LAST_PAUSE) } else { pause };
        let (waiting, pause_ms) = (self.outbox.len(), pause.as_millis());
        tracing::warn!(buoy = self.buoy.id, waiting, pause_ms, "not acknowledged: {unsent}");
        let clock = &self.shared.clock;
        let over = clock.until(clock.now() + SignedDuration::try_from(pause).unwrap_or_default());
        tokio::select! {
            () = over => {}
            () = shutdown::requested(self.shutdown.clone()), if !ending => {}
        }
    }

    fn acknowledge(&self, sent: &[Reading], answer: &Answer) {
        let metrics = &self.shared.metrics;
        metrics.count(answer);
        metrics.last_acknowledged.set(self.shared.clock.now().as_second());
        let stored = sent.iter().zip(&answer.results).filter(|(reading, outcome)| {
            if outcome.status == Status::Rejected {
                tracing::error!(
                    buoy = self.buoy.id,
                    seq = reading.seq,
                    reason = outcome.reason,
                    "reading refused"
                );
            }
            outcome.status != Status::Rejected
        });
        let entries = stored.map(|(reading, _)| Entry {
            buoy: self.buoy.id.clone(),
            boot_id: self.shared.boot_id,
            seq: reading.seq,
            observed_at: reading.observed_at,
        });
        self.shared.ack_log.record(entries.collect());
        if let Some(last) = sent.last() {
            metrics.waiting.dec_by(i64::try_from(self.outbox.settle(last.seq)).unwrap_or_default());
        }
    }
}
