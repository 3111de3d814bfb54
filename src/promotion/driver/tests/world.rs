//! A world of a test: a target, a ledger and a witness that do what a script says, and a run that can be killed at any step.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::Notify;

use super::*;
use crate::{
    base::{event::Silent, failure::Kind},
    promotion::{
        store::{
            EnvLock,
            history::{Action, History, tests::a_record},
        },
        verdict::Thresholds,
    },
};

pub const OLD: &str = "sha256:01d0000000000000000000000000000000000000000000000000000000000000";
pub const NEW: &str = "sha256:2e30000000000000000000000000000000000000000000000000000000000000";

/// How the new digest behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// It becomes Ready and answers well.
    Good,
    /// It becomes Ready and answers too late.
    Slow,
    /// It becomes Ready and loses a reading.
    Lossy,
    /// Beside another it falls as soon as it was asked for something.
    Falls,
    /// It never becomes Ready.
    Stuck,
    /// It never becomes Ready, and the cluster says that it never will.
    Hopeless,
    /// The same, and what crashes of it is seen for a while after the old one was handed over again.
    Lingers,
}

#[derive(Debug, Default)]
pub struct Facts {
    pub registry: Vec<String>,
    pub running: Option<String>,
    pub lock: Option<EnvLock>,
    pub history: String,
    pub commits: Vec<String>,
    pub handed: Vec<String>,
    pub approved: Vec<String>,
    pub merged: bool,
    /// What is tried out beside what runs, and its share.
    pub trial: Option<(String, u8)>,
    /// Every share that was asked for.
    pub shares: Vec<u8>,
    /// Whether it was asked for anything itself.
    pub asked: bool,
    pub sailing: bool,
    /// What runs in the source environment.
    pub source: String,
    /// Since when what runs has been Ready.
    pub since: Option<Timestamp>,
    /// How often it was looked at since the last hand-over.
    pub looks: usize,
    pub now: i64,
}

pub struct TestEnv {
    pub facts: Mutex<Facts>,
    pub script: Script,
    pub forge: bool,
    pub source_ready: bool,
    pub steps: AtomicUsize,
    pub kill_at: AtomicUsize,
    /// Rung by the run that dies; each run has its own.
    pub killed: Mutex<Arc<Notify>>,
}

impl TestEnv {
    /// An environment that runs the old digest, verified.
    pub fn new(script: Script) -> Self {
        let mut history = History::default();
        let (record, payload) = history.next(a_record(OLD, Outcome::Verified)).unwrap();
        history.push(record, payload, None);
        let lock = EnvLock {
            digest: OLD.into(),
            commit: None,
            images: super::acts::content().images,
            promoted_from: "local".into(),
            previous: None,
        };
        let facts = Facts {
            registry: vec![OLD.into()],
            running: Some(OLD.into()),
            lock: Some(lock),
            history: history.to_text(),
            now: 1_790_000_000,
            source: NEW.into(),
            ..Facts::default()
        };
        Self {
            facts: Mutex::new(facts),
            script,
            forge: false,
            source_ready: true,
            steps: AtomicUsize::new(0),
            kill_at: AtomicUsize::new(0),
            killed: Mutex::default(),
        }
    }

    pub fn history(&self) -> History {
        let (history, fault) = History::parse("staging", &self.facts.lock().unwrap().history);
        assert_eq!(fault, None);
        history
    }

    /// One step of the run; where it is to be killed it never comes back.
    pub async fn step(&self) {
        let step = self.steps.fetch_add(1, Ordering::Relaxed) + 1;
        let kill_at = self.kill_at.load(Ordering::Relaxed);
        // A dead run does nothing more, also where a deadline passes at that very moment.
        if kill_at != 0 && step >= kill_at {
            self.killed.lock().unwrap().notify_one();
            std::future::pending::<()>().await;
        }
    }

    /// Something that the run does to the world: it can be killed before it and after it.
    pub async fn effect<R>(&self, effect: impl FnOnce(&mut Facts) -> R) -> R {
        self.step().await;
        let done = effect(&mut self.facts.lock().unwrap());
        self.step().await;
        done
    }

    /// Runs the driver; `None` where it was killed at the step `kill_at` (0: never).
    pub async fn run(&self, order: &Order, kill_at: usize) -> Option<Result<Ended>> {
        self.steps.store(0, Ordering::Relaxed);
        self.kill_at.store(kill_at, Ordering::Relaxed);
        let killed = Arc::new(Notify::new());
        *self.killed.lock().unwrap() = Arc::clone(&killed);
        tokio::select! {
            // A run that is killed does not go on.
            biased;
            () = killed.notified() => None,
            ended = self.drive(self, order) => Some(ended),
        }
    }

    /// Runs the driver with another ledger.
    pub async fn drive<L: PromotionStore>(&self, ledger: &L, order: &Order) -> Result<Ended> {
        let events: Events = Arc::new(Silent);
        let clock = || Timestamp::from_second(self.facts.lock().unwrap().now).unwrap();
        let millis = std::time::Duration::from_millis;
        let pace = Pace {
            look: millis(1),
            sample: millis(0),
            patience: millis(5000),
            ready: millis(40),
            grace: millis(2),
            reset_after: millis(1),
        };
        let driver = Driver {
            target: self,
            ledger,
            witness: self,
            events: &events,
            clock: &clock,
            pace,
            key: None,
            who: "Ada <ada@example.org>".into(),
        };
        driver.run(order).await
    }
}

pub fn order(action: Action, digest: &str) -> Order {
    let promised = Thresholds {
        error_rate: 0.01,
        p95_ms: 500.0,
        freshness_seconds: 60.0,
        watch: std::time::Duration::from_mins(1),
    };
    let rules = Rules { guarded: false, soak: std::time::Duration::ZERO, approvals: 0, budget: 0, promised };
    Order {
        action,
        environment: "staging".into(),
        from: "local".into(),
        digest: digest.into(),
        rules,
        over_budget: None,
        canary: None,
        dry_run: false,
    }
}

pub fn promote() -> Order {
    order(Action::Promote, NEW)
}

/// The same, a share of the requests first.
pub fn canary() -> Order {
    Order { canary: Some(20), ..promote() }
}

/// The failure's kind, where a run ended with one.
pub fn kind(ended: &Ended) -> Option<Kind> {
    ended.failure.as_ref().map(|failure| failure.kind)
}
