//! Runs one buoy: it measures on schedule and sends waiting readings, oldest first, until they are
//! acknowledged.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use seasense::apps::shared::shutdown::{self, Shutdown};
use seasense::apps::shared::wire::{Answer, Batch, Outcome, Reading, Status};

use crate::ack_log::{AckSink, Entry, Refusal};
use crate::buoy::Buoy;
use crate::clock::Clock;
use crate::key_file::KeyFile;
use crate::metrics::Metrics;
use crate::outbox::Outbox;
use crate::physics::SeaModel;
use crate::schedule::Schedule;
use crate::track::Track;
use crate::transport::{Backoff, SendError, SendFailure, Transport};

/// Maximum readings in one batch: half of the backend's limit, so that a backlog is sent in smaller requests.
const BATCH: usize = 500;

/// Readings that a buoy can store: more than a day at one reading every five seconds.
pub const CAPACITY: usize = 20_000;

/// Longest pause between attempts during the shutdown.
const SHUTDOWN_PAUSE: Duration = Duration::from_millis(250);

/// The purpose of the random numbers for pauses, see [`Buoy::rng`].
const BACKOFF_RNG: u64 = 0x6261_636b_6f66_6621;

/// The state that all buoys of a fleet share.
#[derive(Clone)]
pub struct Shared<C, X, L> {
    /// The clock.
    pub clock: C,
    /// The connection to the backend.
    pub transport: X,
    /// The log of acknowledged readings.
    pub ack_log: L,
    /// The counters.
    pub metrics: Metrics,
    /// The key from which the tokens are derived.
    pub keys: Arc<KeyFile>,
    /// The boot number of the fleet.
    pub boot_id: i64,
}

/// Measures and sends until a shutdown is requested; then tries for `grace` to send the waiting readings.
pub async fn run<T: Track, S: SeaModel, C: Clock, X: Transport, L: AckSink>(
    buoy: Buoy<T, S>,
    schedule: Schedule,
    shared: Shared<C, X, L>,
    shutdown: Shutdown,
    grace: SignedDuration,
) {
    let buoy = Arc::new(buoy);
    let outbox = Arc::new(Outbox::new(CAPACITY));
    let sender = Sender {
        buoy: buoy.clone(),
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
        () = wait_until_drained(&outbox, &shared.clock) => {}
        () = shared.clock.wait_until(end) => tracing::warn!(buoy = buoy.id, waiting = outbox.len(), "readings were not sent"),
    }
}

/// Measures for all past times at once, then for each later time when it is reached.
async fn measure<T: Track, S: SeaModel, C: Clock, X, L>(
    buoy: &Buoy<T, S>,
    outbox: &Outbox,
    schedule: Schedule,
    shared: &Shared<C, X, L>,
) {
    let mut seq = 0;
    let mut measure_at = |at| {
        seq += 1;
        let dropped = outbox.push(buoy.measure(seq, at));
        shared.metrics.measured.inc();
        if dropped {
            shared.metrics.dropped.inc();
        } else {
            shared.metrics.waiting.inc();
        }
    };
    let start = shared.clock.now();
    schedule.backfill.between(schedule.backfill_from, start).for_each(&mut measure_at);
    let mut next = schedule.live.after(start);
    loop {
        shared.clock.wait_until(next).await;
        measure_at(next);
        next = schedule.live.after(next);
    }
}

/// Waits until the outbox is empty.
async fn wait_until_drained<C: Clock>(outbox: &Outbox, clock: &C) {
    while outbox.len() > 0 {
        clock.wait_until(clock.now() + SignedDuration::from_millis(20)).await;
    }
}

/// Returns the answer if it contains exactly the readings that were sent; any other answer acknowledges
/// nothing. The backend does not know the number of a reading that it could not read.
fn check_answer(sent: &[Reading], answer: Answer) -> Result<Answer, SendError> {
    let matches = |(reading, outcome): (&Reading, &Outcome)| match outcome.seq {
        Some(seq) => seq == reading.seq,
        None => outcome.status == Status::Rejected,
    };
    if sent.len() == answer.results.len() && sent.iter().zip(&answer.results).all(matches) {
        Ok(answer)
    } else {
        Err(SendError::new("the answer does not match the batch"))
    }
}

/// How to go on after an error.
enum Next {
    /// After a pause.
    Pause,
    /// At once.
    Repeat,
    /// At once, with half of the readings.
    Halve,
}

struct Sender<T, S, C, X, L> {
    buoy: Arc<Buoy<T, S>>,
    outbox: Arc<Outbox>,
    shared: Shared<C, X, L>,
    shutdown: Shutdown,
}

impl<T: Track, S: SeaModel, C: Clock, X: Transport, L: AckSink> Sender<T, S, C, X, L> {
    async fn run(self) {
        let mut backoff = Backoff::new(self.buoy.rng(BACKOFF_RNG));
        let mut limit = BATCH;
        loop {
            let readings = self.outbox.oldest(limit).await;
            let batch = Batch { buoy: self.buoy.id.clone(), boot_id: self.shared.boot_id, readings };
            let token = self.shared.keys.token(&batch.buoy);
            let sent = self.shared.transport.send(&token, &batch).await;
            match sent.and_then(|answer| check_answer(&batch.readings, answer)) {
                Ok(answer) => {
                    backoff.reset();
                    limit = (limit * 2).min(BATCH);
                    self.acknowledge(&batch.readings, &answer);
                }
                Err(error) => {
                    self.shared.metrics.failures.inc();
                    match self.after(&error, &batch, &token) {
                        Next::Pause => self.pause(backoff.next(error.retry_after), &error).await,
                        Next::Repeat => (),
                        Next::Halve => limit = batch.readings.len() / 2,
                    }
                }
            }
        }
    }

    /// Decides how to go on after an error. A refused batch is halved until the reading that is to blame is alone:
    /// it is parked, and the others are sent.
    fn after(&self, error: &SendError, batch: &Batch, token: &str) -> Next {
        match error.kind {
            SendFailure::Refused if batch.readings.len() > 1 => {
                tracing::warn!(buoy = self.buoy.id, count = batch.readings.len(), "batch refused: {error}");
                Next::Halve
            }
            SendFailure::Refused => {
                let refused = batch.readings.iter().map(|reading| (reading, error.reason.clone()));
                self.park(refused.collect());
                self.shared.metrics.count_refused(batch.readings.len());
                self.forget(&batch.readings);
                Next::Pause
            }
            SendFailure::Unauthorised if self.shared.keys.is_replaced(&batch.buoy, token) => Next::Repeat,
            SendFailure::Unauthorised | SendFailure::Transient => Next::Pause,
        }
    }

    /// Waits before the next attempt. A shutdown ends the wait: the next attempt starts at once, and further
    /// ones follow after short pauses.
    async fn pause(&self, pause: Duration, error: &SendError) {
        let stopping = *self.shutdown.borrow();
        let pause = if stopping { pause.min(SHUTDOWN_PAUSE) } else { pause };
        let (waiting, pause_ms) = (self.outbox.len(), pause.as_millis());
        tracing::warn!(buoy = self.buoy.id, waiting, pause_ms, "not acknowledged: {error}");
        let clock = &self.shared.clock;
        let elapsed = clock.wait_until(clock.now() + SignedDuration::try_from(pause).unwrap_or_default());
        tokio::select! {
            () = elapsed => {}
            () = shutdown::requested(self.shutdown.clone()), if !stopping => {}
        }
    }

    fn acknowledge(&self, sent: &[Reading], answer: &Answer) {
        let metrics = &self.shared.metrics;
        metrics.count(answer);
        metrics.last_acknowledged.set(self.shared.clock.now().as_second());
        let outcomes = || sent.iter().zip(&answer.results);
        let refused = outcomes().filter(|(_, outcome)| outcome.status == Status::Rejected && !outcome.kept);
        self.park(
            refused.map(|(reading, outcome)| (reading, outcome.reason.clone().unwrap_or_default())).collect(),
        );
        let stored = outcomes().filter(|(_, outcome)| outcome.status != Status::Rejected);
        let entries = stored.map(|(reading, _)| Entry {
            buoy: self.buoy.id.clone(),
            boot_id: self.shared.boot_id,
            seq: reading.seq,
            observed_at: reading.observed_at,
        });
        self.shared.ack_log.record(entries.collect());
        self.forget(sent);
    }

    /// Removes readings from the outbox; the last one is the newest.
    fn forget(&self, sent: &[Reading]) {
        if let Some(last) = sent.last() {
            let removed = self.outbox.acknowledge(last.seq);
            self.shared.metrics.waiting.dec_by(i64::try_from(removed).unwrap_or_default());
        }
    }

    /// Writes refused readings to the disk: they are not sent again.
    fn park(&self, refused: Vec<(&Reading, String)>) {
        if refused.is_empty() {
            return;
        }
        let refusal = |(reading, reason): (&Reading, String)| {
            tracing::error!(buoy = self.buoy.id, seq = reading.seq, reason, "reading refused");
            let (buoy, boot_id) = (self.buoy.id.clone(), self.shared.boot_id);
            Refusal { buoy, boot_id, reason, reading: reading.clone() }
        };
        self.shared.ack_log.park(refused.into_iter().map(refusal).collect());
    }
}
