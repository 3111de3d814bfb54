//! The driver's interfaces, implemented by the fake environment.

use std::collections::BTreeSet;

use super::{
    env::{FakeState, NEW, Script, TestEnv},
    *,
};
use crate::{
    base::{digest::Digest, failure::Kind},
    promotion::{
        gates::{Approvals, Cost, Migration, Migrations, Parity},
        probe_stats::ProbeStats,
        readings::{Day, Readings},
        store::{EnvLock, history::History},
        target::{CanaryState, Content, Copied, ResourceState, State},
        trial::{Plan, Trial},
    },
};

pub fn content() -> Content {
    let commit = Some("0123456789abcdef0123456789abcdef01234567".to_owned());
    let images = [("seasense/backend".to_owned(), NEW.clone())].into();
    Content { commit, images, supports_canary: true, ..Content::default() }
}

fn state(digest: Option<Digest>, ready: bool) -> State {
    let resource = ResourceState { name: "phase/apps".into(), ready, message: "pods crash".into() };
    State { digest, resources: vec![resource], ..State::default() }
}

fn crash() -> String {
    "backend crashes permanently".to_owned()
}

impl FakeState {
    fn has(&self, digest: &Digest) -> bool {
        self.registry.contains(digest)
    }

    /// Returns a window from `since` to now and records it.
    fn window(&mut self, since: Timestamp) -> ProbeStats {
        self.windows.push((since.as_second(), self.now));
        let until = Timestamp::from_second(self.now).unwrap();
        ProbeStats { since, until, p95_ms: 40.0, freshness_seconds: Some(1.0), ..ProbeStats::default() }
    }
}

impl TestEnv {
    fn migrations(&self) -> Migrations {
        let file = |sql: &str| Migration { blob: sql.to_owned(), sql: sql.to_owned() };
        let new = self.migration.map(|sql| ("0001_new.sql".to_owned(), file(sql)));
        Migrations { before: Some([].into()), after: new.into_iter().collect() }
    }

    /// Returns whether the new backend starts.
    fn new_backend_starts(&self) -> bool {
        !matches!(self.script, Script::Stuck | Script::Terminal)
    }
}

impl ObservedEnvironment for TestEnv {
    async fn inspect(&self, digest: &Digest) -> Result<Content> {
        self.step().await;
        let missing = if self.state.lock().unwrap().has(digest) { vec![] } else { vec![digest.to_string()] };
        // Each digest has its own key, as after a rotation.
        let recipients = Some(vec![[format!("age1{}", &digest.hex()[..3])].into()]);
        Ok(Content { missing, recipients, ..content() })
    }

    async fn keys(&self) -> Result<Option<BTreeSet<String>>> {
        self.step().await;
        Ok(self.state.lock().unwrap().keys.clone())
    }

    async fn state(&self) -> Result<State> {
        self.step().await;
        let mut fake = self.state.lock().unwrap();
        fake.observations += 1;
        let new = fake.running.as_ref() == Some(&*NEW);
        let rolled_back = fake.deployed.len() > 1;
        let remains = self.script == Script::TerminalRemains && rolled_back && fake.observations < 9;
        let is_terminal = remains || new && matches!(self.script, Script::Terminal | Script::TerminalRemains);
        let old_is_stuck = !new && self.script == Script::OldIsStuck && !fake.deployed.is_empty();
        let broken = old_is_stuck || fake.broken_before && fake.deployed.is_empty();
        let ready = !(broken || is_terminal || new && self.script == Script::Stuck);
        let terminal = is_terminal.then(crash);
        Ok(State { ready_since: fake.ready_since, terminal, ..state(fake.running.clone(), ready) })
    }

    async fn canary(&self) -> Result<Option<CanaryState>> {
        self.step().await;
        let fake = self.state.lock().unwrap();
        let down = self.script == Script::CanaryGoesDown && fake.canary_measured;
        Ok(fake.canary.as_ref().map(|(_, percent)| CanaryState {
            percent: Some(*percent),
            ready: self.new_backend_starts() && !down,
            message: "pods crash".into(),
            terminal: (self.script == Script::Terminal).then(crash),
        }))
    }

    async fn readings(&self, _: Timestamp) -> Result<Readings> {
        self.step().await;
        let fake = self.state.lock().unwrap();
        if fake.readings_unknown {
            return Err(Failure::new(Kind::Workload, "the database has no primary"));
        }
        let digest = if fake.readings_changed { "2" } else { "1" }.to_owned();
        let day = (("buoy-1".to_owned(), "2026-09-21".to_owned()), Day { count: 560, digest });
        Ok([day].into_iter().collect())
    }
}

impl Target for TestEnv {
    async fn copy(&self, digest: &Digest) -> Result<Copied> {
        self.change(|fake| {
            let missing = !fake.has(digest);
            if missing {
                fake.registry.push(digest.clone());
            }
            Ok(Copied { manifests: usize::from(missing), bytes: 0 })
        })
        .await
    }

    async fn deploy(&self, digest: &Digest) -> Result<()> {
        self.change(|fake| {
            assert!(fake.has(digest), "the registry lacks the digest");
            let locked = fake.lock.as_ref().is_none_or(|lock| lock.digest == *digest);
            assert!(locked, "the lock file must be committed first");
            assert_eq!(fake.canary, None, "a canary remains");
            fake.deployed.push(digest.clone());
            fake.observations = 0;
            fake.running = Some(digest.clone());
            // The data remain changed after a rollback.
            fake.readings_changed |= self.script == Script::ChangesReadings;
            Ok(())
        })
        .await
    }

    async fn set_canary_weight(&self, digest: &Digest, percent: u8) -> Result<()> {
        self.change(|fake| {
            assert!(fake.has(digest), "the registry lacks the digest");
            assert!(percent == 0 || self.new_backend_starts(), "requests go to a backend that does not run");
            fake.canary = Some((digest.clone(), percent));
            fake.shares.push(percent);
            Ok(())
        })
        .await
    }

    async fn remove_canary(&self) -> Result<bool> {
        self.change(|fake| {
            // The first call removes the share, the second the backend.
            fake.canary =
                fake.canary.take().filter(|(_, percent)| *percent > 0).map(|(digest, _)| (digest, 0));
            Ok(fake.canary.is_none())
        })
        .await
    }

    async fn start_probes(&self) -> Result<()> {
        self.change(|fake| {
            fake.probes_run = true;
            Ok(())
        })
        .await
    }

    async fn probe_stats(&self, since: Timestamp) -> Result<ProbeStats> {
        self.change(|fake| {
            assert!(fake.probes_run, "the probes are not started");
            fake.now += 10;
            let new = fake.running.as_ref() == Some(&*NEW);
            let has_share = fake.canary.as_ref().is_some_and(|(_, percent)| *percent > 0);
            let good = ProbeStats { requests: 50, sent: 100, stored: 100, ..fake.window(since) };
            Ok(match self.script {
                Script::CostlyRollout if new && fake.windows.len() == 1 => {
                    ProbeStats { requests: 125, failed: 35, ..good }
                }
                Script::Slow if new => ProbeStats { p95_ms: 2000.0, ..good },
                Script::Lossy if new || has_share => ProbeStats { stored: 99, ..good },
                _ => good,
            })
        })
        .await
    }

    async fn start_canary_probe(&self) -> Result<()> {
        self.step().await;
        self.state.lock().unwrap().canary_probe_runs = true;
        Ok(())
    }

    async fn canary_stats(&self, since: Timestamp) -> Result<ProbeStats> {
        self.step().await;
        let mut fake = self.state.lock().unwrap();
        assert!(fake.canary_probe_runs, "the canary's probe is not started");
        fake.canary_measured = true;
        let until = Timestamp::from_second(fake.now).unwrap();
        let p95_ms = if self.script == Script::Slow { 2000.0 } else { 40.0 };
        let freshness_seconds = Some(1.0);
        Ok(ProbeStats { since, until, requests: 30, p95_ms, freshness_seconds, ..ProbeStats::default() })
    }

    async fn try_migrations(&self, plan: &Plan) -> Result<Trial> {
        self.step().await;
        assert_eq!(plan.new.len(), 1, "{plan:?}");
        self.trial.clone()
    }

    async fn stop_probes(&self) -> Result<()> {
        self.state.lock().unwrap().probes_run = false;
        Ok(())
    }
}

impl PromotionStore for TestEnv {
    async fn read(&self, _: Option<&Digest>) -> Result<StoreState> {
        self.step().await;
        let fake = self.state.lock().unwrap();
        let (history, fault) = History::parse(&"staging".into(), &fake.history);
        if let Some(fault) = fault {
            return Err(broken_history(&"staging".into(), &fault));
        }
        let head = format!("{}", fake.commits.len());
        Ok(StoreState { lock: fake.lock.clone(), history, head, ..StoreState::default() })
    }

    async fn write(&self, state: &mut StoreState, message: Message<'_>) -> Result<()> {
        self.change(|fake| {
            let text = state.history.to_text();
            if fake.lock == state.lock && fake.history == text {
                return;
            }
            (fake.lock, fake.history) = (state.lock.clone(), text);
            fake.commits.push(message.title.to_owned());
        })
        .await;
        Ok(())
    }

    fn requires_review(&self) -> bool {
        self.forge
    }

    async fn review(&self, _: &mut StoreState, _: Message<'_>) -> Result<Option<Approvals>> {
        self.step().await;
        let approved = self.state.lock().unwrap().approved.clone();
        Ok(self.forge.then(|| Approvals { url: "https://f/7".into(), approved, against: vec![] }))
    }

    async fn finish_review(&self, _: &mut StoreState, _: Message<'_>) -> Result<Option<String>> {
        self.change(|fake| fake.merged = true).await;
        Ok(None)
    }
}

impl EvidenceSource for TestEnv {
    async fn collect(&self, _: &Content, _: Option<&EnvLock>) -> Result<Evidence> {
        self.step().await;
        Ok(Evidence {
            source: state(self.state.lock().unwrap().source.clone(), self.source_ready),
            tree: Ok(3),
            migrations: Ok(self.migrations()),
            rehearsed: self.rehearsed.clone(),
            commit_is_known: true,
            edited: vec![],
            parity: Parity::default(),
            phases: Ok(vec![]),
            cost: Cost::Free,
        })
    }
}
