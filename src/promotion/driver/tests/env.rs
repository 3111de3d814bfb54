//! A fake environment: a target, a store and an evidence source with scripted behaviour, and runs that can be
//! killed.

use std::collections::BTreeSet;
use std::sync::{
    Arc, LazyLock, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::Notify;

use super::*;
use crate::{
    base::{digest::Digest, event::Silent, failure::Kind},
    promotion::{
        gates::Migrations,
        store::{
            EnvLock,
            history::{Action, History, tests::a_record},
        },
        trial::Trial,
        verdict::Thresholds,
    },
};

pub static OLD: LazyLock<Digest> = LazyLock::new(|| numbered("01d"));
pub static NEW: LazyLock<Digest> = LazyLock::new(|| numbered("2e3"));

fn numbered(hex: &str) -> Digest {
    format!("sha256:{hex:0<64}").parse().unwrap()
}

/// How the new digest behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// It becomes Ready and responds fast.
    Good,
    /// It becomes Ready and responds too slowly.
    Slow,
    /// It becomes Ready and loses a reading.
    Lossy,
    /// It becomes Ready, and the old digest does not become Ready again.
    OldIsStuck,
    /// It becomes Ready, and a third of the requests failed until then.
    CostlyRollout,
    /// It becomes Ready, and a migration has changed stored readings.
    ChangesReadings,
    /// As a canary it goes down after the first measurement.
    CanaryGoesDown,
    /// It never becomes Ready.
    Stuck,
    /// It never becomes Ready, with a terminal error.
    Terminal,
    /// Like `Terminal`, and the error remains for a while after the rollback.
    TerminalRemains,
}

/// The state of the fake environment.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about the fake")]
pub struct FakeState {
    pub registry: Vec<Digest>,
    pub running: Option<Digest>,
    pub lock: Option<EnvLock>,
    pub history: String,
    pub commits: Vec<String>,
    pub deployed: Vec<Digest>,
    pub approved: Vec<String>,
    pub merged: bool,
    /// The digest of the canary and its traffic share.
    pub canary: Option<(Digest, u8)>,
    /// Every traffic share that was set.
    pub shares: Vec<u8>,
    /// Whether the canary was measured.
    pub canary_measured: bool,
    pub probes_run: bool,
    pub canary_probe_runs: bool,
    /// Every measured window, in seconds.
    pub windows: Vec<(i64, i64)>,
    /// The digest that the source environment runs.
    pub source: Option<Digest>,
    pub ready_since: Option<Timestamp>,
    /// How often it was observed since the last deployment.
    pub observations: usize,
    pub now: i64,
    /// The public age keys of the environment.
    pub keys: Option<BTreeSet<String>>,
    /// Whether the digest before the first deployment is not ready.
    pub broken_before: bool,
    /// Whether a migration has changed stored readings.
    pub readings_changed: bool,
    /// Whether the stored readings cannot be read.
    pub readings_unknown: bool,
}

pub struct TestEnv {
    pub state: Mutex<FakeState>,
    pub script: Script,
    pub forge: bool,
    pub source_ready: bool,
    /// The SQL of a new migration.
    pub migration: Option<&'static str>,
    /// The migrations of a rehearsal.
    pub rehearsed: Option<Result<Migrations, String>>,
    /// The result of their trial.
    pub trial: Result<Trial>,
    pub steps: AtomicUsize,
    pub kill_at: AtomicUsize,
    /// Notified by a run that is killed; each run has its own.
    pub killed: Mutex<Arc<Notify>>,
}

impl TestEnv {
    /// Returns an environment that runs the old digest, verified.
    pub fn new(script: Script) -> Self {
        let mut history = History::default();
        let (record, payload) = history.next(a_record(&OLD, Outcome::Verified)).unwrap();
        history.push(record, payload, None);
        let lock = EnvLock {
            digest: OLD.clone(),
            commit: None,
            images: super::fake::content().images,
            promoted_from: Some("local".into()),
            previous: None,
        };
        let state = FakeState {
            registry: vec![OLD.clone()],
            running: Some(OLD.clone()),
            lock: Some(lock),
            history: history.to_text(),
            now: 1_790_000_000,
            source: Some(NEW.clone()),
            ..FakeState::default()
        };
        Self {
            state: Mutex::new(state),
            script,
            forge: false,
            source_ready: true,
            migration: None,
            rehearsed: None,
            trial: Ok(Trial::default()),
            steps: AtomicUsize::new(0),
            kill_at: AtomicUsize::new(0),
            killed: Mutex::default(),
        }
    }

    pub fn history(&self) -> History {
        let (history, fault) = History::parse(&"staging".into(), &self.state.lock().unwrap().history);
        assert_eq!(fault, None);
        history
    }

    /// One step of the run. It never returns if the run is to be killed here.
    pub async fn step(&self) {
        let step = self.steps.fetch_add(1, Ordering::Relaxed) + 1;
        let kill_at = self.kill_at.load(Ordering::Relaxed);
        // A killed run does nothing more, even if a deadline passes at the same moment.
        if kill_at != 0 && step >= kill_at {
            self.killed.lock().unwrap().notify_one();
            std::future::pending::<()>().await;
        }
    }

    /// A change of the state. The run can be killed before it and after it.
    pub async fn change<R>(&self, change: impl FnOnce(&mut FakeState) -> R) -> R {
        self.step().await;
        let result = change(&mut self.state.lock().unwrap());
        self.step().await;
        result
    }

    /// Runs the driver; `None` if it was killed at the step `kill_at` (0: never).
    pub async fn run(&self, order: &Order, kill_at: usize) -> Option<Result<Ended>> {
        self.steps.store(0, Ordering::Relaxed);
        self.kill_at.store(kill_at, Ordering::Relaxed);
        let killed = Arc::new(Notify::new());
        *self.killed.lock().unwrap() = Arc::clone(&killed);
        tokio::select! {
            // A killed run must not be polled again.
            biased;
            () = killed.notified() => None,
            ended = self.run_with(self, order) => Some(ended),
        }
    }

    /// Runs the driver with another store.
    pub async fn run_with<S: PromotionStore>(&self, store: &S, order: &Order) -> Result<Ended> {
        self.run_with_events(store, order, silent()).await
    }

    /// Runs the driver with another store and another receiver of events.
    pub async fn run_with_events<S: PromotionStore>(
        &self,
        store: &S,
        order: &Order,
        events: Events,
    ) -> Result<Ended> {
        let clock = || self.now();
        driver(self, store, &events, &clock).run(order).await
    }

    /// Plans the order.
    pub async fn plan(&self, order: &Order) -> Ended {
        let (events, clock) = (silent(), || self.now());
        driver(self, self, &events, &clock).plan(order).await.unwrap()
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_second(self.state.lock().unwrap().now).unwrap()
    }
}

fn silent() -> Events {
    Arc::new(Silent)
}

fn driver<'a, S>(
    env: &'a TestEnv,
    store: &'a S,
    events: &'a Events,
    clock: &'a dyn Fn() -> Timestamp,
) -> Driver<'a, TestEnv, S, TestEnv> {
    let millis = std::time::Duration::from_millis;
    let pace = Pace {
        poll: millis(1),
        sample: millis(0),
        observation_limit: millis(5000),
        ready: millis(40),
        grace: millis(2),
        reset_after: millis(1),
    };
    let who = "Ada <ada@example.org>".into();
    Driver { target: env, store, evidence: env, events, clock, pace, key: None, who }
}

pub fn order(action: Action, digest: &Digest) -> Order {
    let limits = Thresholds {
        error_rate: 0.01,
        rollout_error_rate: 0.01,
        p95_ms: 500.0,
        freshness_seconds: 60.0,
        watch: std::time::Duration::from_mins(1),
    };
    let rules = Rules {
        guarded: false,
        soak: std::time::Duration::ZERO,
        approvals: 0,
        limits,
        migration_stall: None,
    };
    Order {
        action,
        environment: "staging".into(),
        from: Some("local".into()),
        digest: digest.clone(),
        rules,
        canary: None,
    }
}

pub fn promote() -> Order {
    order(Action::Promote, &NEW)
}

/// Returns a promotion with a canary.
pub fn canary() -> Order {
    Order { canary: Some(20), ..promote() }
}

/// Returns the kind of the failure, if the run ended with one.
pub fn kind(ended: &Ended) -> Option<Kind> {
    ended.failure.as_ref().map(|failure| failure.kind)
}
