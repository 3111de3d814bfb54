//! What the world of a test does when the driver asks it.

use super::{
    world::{NEW, Script, TestEnv},
    *,
};
use crate::promotion::{
    Content, Copied, Part, ProbeStats, State, Trial,
    gates::{Approvals, Migrations, Parity},
    store::{EnvLock, history::History},
};

pub fn content() -> Content {
    let commit = Some("0123456789abcdef0123456789abcdef01234567".to_owned());
    let images = [("seasense/backend".to_owned(), NEW.to_owned())].into();
    Content { commit, images, canary: true, ..Content::default() }
}

fn state(digest: Option<String>, ready: bool) -> State {
    let part = Part { name: "phase/apps".into(), ready, message: "pods crash".into() };
    State { digest, parts: vec![part], ..State::default() }
}

impl TestEnv {
    /// Whether the new backend comes up.
    fn answers(&self) -> bool {
        !matches!(self.script, Script::Stuck | Script::Hopeless)
    }
}

impl Target for TestEnv {
    async fn inspect(&self, digest: &str) -> Result<Content> {
        self.step().await;
        let here = self.facts.lock().unwrap().registry.iter().any(|one| one == digest);
        let missing = if here { vec![] } else { vec![digest.to_owned()] };
        Ok(Content { missing, ..content() })
    }

    async fn copy(&self, digest: &str) -> Result<Copied> {
        self.effect(|facts| {
            let missing = !facts.registry.iter().any(|one| one == digest);
            if missing {
                facts.registry.push(digest.to_owned());
            }
            Ok(Copied { manifests: usize::from(missing), bytes: 0 })
        })
        .await
    }

    async fn hand_over(&self, digest: &str) -> Result<()> {
        self.effect(|facts| {
            assert!(facts.registry.iter().any(|one| one == digest), "it was told what its registry lacks");
            assert!(
                facts.lock.as_ref().is_none_or(|lock| lock.digest == digest),
                "the lock must say it first"
            );
            assert_eq!(facts.trial, None, "something is still tried out");
            facts.handed.push(digest.to_owned());
            facts.looks = 0;
            facts.running = Some(digest.to_owned());
            Ok(())
        })
        .await
    }

    async fn state(&self) -> Result<State> {
        self.step().await;
        let mut facts = self.facts.lock().unwrap();
        facts.looks += 1;
        let new = facts.running.as_deref() == Some(NEW);
        let lingers = self.script == Script::Lingers && facts.handed.len() > 1 && facts.looks < 9;
        let without_hope = lingers || new && matches!(self.script, Script::Hopeless | Script::Lingers);
        let ready = !(without_hope || new && self.script == Script::Stuck);
        let terminal = without_hope.then(|| "backend crashes for good".to_owned());
        Ok(State { ready_since: facts.since, terminal, ..state(facts.running.clone(), ready) })
    }

    async fn share(&self, digest: &str, percent: u8) -> Result<()> {
        self.effect(|facts| {
            assert!(facts.registry.iter().any(|one| one == digest), "it was told what its registry lacks");
            assert!(percent == 0 || self.answers(), "requests go to a backend that is not there");
            facts.trial = Some((digest.to_owned(), percent));
            facts.shares.push(percent);
            Ok(())
        })
        .await
    }

    async fn trial(&self) -> Result<Option<Trial>> {
        self.step().await;
        let facts = self.facts.lock().unwrap();
        let fallen = self.script == Script::Falls && facts.asked;
        Ok(facts.trial.as_ref().map(|(_, percent)| Trial {
            percent: Some(*percent),
            ready: self.answers() && !fallen,
            message: "pods crash".into(),
            terminal: (self.script == Script::Hopeless).then(|| "backend crashes for good".to_owned()),
        }))
    }

    async fn tried(&self) -> Result<ProbeStats> {
        self.step().await;
        self.facts.lock().unwrap().asked = true;
        let p95_ms = if self.script == Script::Slow { 2000.0 } else { 40.0 };
        Ok(ProbeStats { requests: 30, p95_ms, freshness_seconds: Some(1.0), ..ProbeStats::default() })
    }

    async fn withdraw(&self) -> Result<bool> {
        self.effect(|facts| {
            // First the share, and then what had it.
            facts.trial =
                facts.trial.take().filter(|(_, percent)| *percent > 0).map(|(digest, _)| (digest, 0));
            Ok(facts.trial.is_none())
        })
        .await
    }

    async fn canary(&self) -> Result<ProbeStats> {
        self.effect(|facts| {
            facts.now += 10;
            facts.sailing = true;
            let new = facts.running.as_deref() == Some(NEW);
            let tried = facts.trial.as_ref().is_some_and(|(_, percent)| *percent > 0);
            let good = ProbeStats {
                requests: 50,
                failed: 0,
                p95_ms: 40.0,
                freshness_seconds: Some(1.0),
                sent: 100,
                stored: 100,
            };
            Ok(match self.script {
                Script::Slow if new => ProbeStats { p95_ms: 2000.0, ..good },
                Script::Lossy if new || tried => ProbeStats { stored: 99, ..good },
                _ => good,
            })
        })
        .await
    }

    async fn finish(&self) -> Result<()> {
        self.facts.lock().unwrap().sailing = false;
        Ok(())
    }
}

impl PromotionStore for TestEnv {
    async fn read(&self, _: &str) -> Result<LedgerState> {
        self.step().await;
        let facts = self.facts.lock().unwrap();
        let (history, fault) = History::parse("staging", &facts.history);
        if let Some(fault) = fault {
            return Err(broken("staging", &fault));
        }
        Ok(LedgerState {
            lock: facts.lock.clone(),
            history,
            head: format!("{}", facts.commits.len()),
            ..LedgerState::default()
        })
    }

    async fn write(&self, book: &mut LedgerState, message: Message<'_>) -> Result<()> {
        self.effect(|facts| {
            let text = book.history.to_text();
            if facts.lock == book.lock && facts.history == text {
                return;
            }
            (facts.lock, facts.history) = (book.lock.clone(), text);
            facts.commits.push(message.title.to_owned());
        })
        .await;
        Ok(())
    }

    fn reviewed(&self) -> bool {
        self.forge
    }

    async fn review(&self, _: &mut LedgerState, _: Message<'_>) -> Result<Option<Approvals>> {
        self.step().await;
        let approved = self.facts.lock().unwrap().approved.clone();
        Ok(self.forge.then(|| Approvals { url: "https://f/7".into(), approved, against: vec![] }))
    }

    async fn conclude(&self, _: &mut LedgerState, _: Message<'_>) -> Result<Option<String>> {
        self.effect(|facts| facts.merged = true).await;
        Ok(None)
    }
}

impl EvidenceSource for TestEnv {
    async fn look(&self, _: &Content, _: Option<&EnvLock>) -> Result<super::Facts> {
        self.step().await;
        Ok(super::Facts {
            source: state(Some(self.facts.lock().unwrap().source.clone()), self.source_ready),
            tree: Ok(3),
            migrations: Ok(Migrations::default()),
            known: true,
            edited: vec![],
            parity: Parity::default(),
            monthly: Ok(None),
        })
    }
}
