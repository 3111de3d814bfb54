//! Tests of the driver with a fake environment: promotion, rollback, refusal, and killed runs.

mod canary;
mod documented;
mod env;
mod fake;
mod git;
mod killed;
mod migrations;
mod readings;
mod secrets;

use self::env::{NEW, OLD, Script, TestEnv, canary, kind, order, promote};
use std::sync::Arc;

use super::*;
use crate::{
    base::{
        digest::{Digest, digest},
        event::Silent,
        failure::Kind,
    },
    promotion::{report::Ending, store::history::Action},
};

async fn ended(env: &TestEnv, order: &Order) -> Ended {
    env.run(order, 0).await.unwrap().unwrap()
}

/// Asserts that `env` is settled at `digest`: the lock file, the cluster and the newest record agree, and no
/// probe or canary remains.
fn assert_settled_at(env: &TestEnv, digest: &Digest) {
    let history = env.history();
    let fake = env.state.lock().unwrap();
    assert_eq!(fake.running.as_ref(), Some(digest));
    assert_eq!(fake.lock.as_ref().unwrap().digest, *digest);
    let last = history.last().unwrap();
    assert_eq!(last.digest, *digest);
    assert_eq!(last.outcome, Outcome::Verified);
    assert!(!fake.probes_run, "the probes still run");
    assert_eq!(fake.canary, None, "a canary remains");
}

#[tokio::test]
async fn a_good_digest_is_copied_committed_deployed_and_recorded() {
    let env = TestEnv::new(Script::Good);
    let done = ended(&env, &promote()).await;
    assert_eq!(done.report.ending, Ending::Verified);
    assert_eq!(kind(&done), None);
    assert_settled_at(&env, &NEW);
    let fake = env.state.lock().unwrap();
    assert_eq!(fake.registry, [OLD.clone(), NEW.clone()]);
    assert_eq!(
        fake.commits,
        ["Promote staging to 2e3000000000", "Record that 2e3000000000 is verified in staging"]
    );
    let lock = fake.lock.as_ref().unwrap();
    assert_eq!(lock.previous.as_ref(), Some(&*OLD));
    assert_eq!(lock.promoted_from.as_deref(), Some("local"));
    drop(fake);
    let record = env.history().last().unwrap().clone();
    assert_eq!(record.action, Action::Promote);
    assert_eq!(record.previous.as_ref(), Some(&*OLD));
    assert_eq!(record.gates.len(), 12);
    assert_eq!(record.watch.unwrap().sent, 100);
}

#[tokio::test]
async fn a_second_promotion_of_the_same_digest_changes_nothing() {
    let env = TestEnv::new(Script::Good);
    ended(&env, &promote()).await;
    let commits = env.state.lock().unwrap().commits.len();
    let again = ended(&env, &promote()).await;
    assert_eq!(again.report.ending, Ending::Unchanged);
    assert_eq!(kind(&again), None);
    let fake = env.state.lock().unwrap();
    assert_eq!(fake.commits.len(), commits);
    assert_eq!(fake.deployed.len(), 1);
}

#[tokio::test]
async fn a_failed_digest_is_rolled_back_automatically() {
    for (script, why) in [
        (Script::Slow, "p95 is 2000 ms"),
        (Script::Lossy, "1 acknowledged readings are not stored"),
        (Script::Stuck, "phase/apps: pods crash"),
        (Script::Terminal, "backend crashes permanently"),
        (Script::TerminalRemains, "backend crashes permanently"),
    ] {
        let env = TestEnv::new(script);
        let done = ended(&env, &promote()).await;
        assert_eq!(done.report.ending, Ending::RolledBack);
        assert_eq!(kind(&done), Some(Kind::Promotion));
        assert_eq!(done.report.rolled_back_to.as_ref(), Some(&*OLD));
        let failure = done.failure.unwrap();
        assert!(failure.causes[0].contains(why), "{failure:?}");
        assert_settled_at(&env, &OLD);
        let history = env.history();
        let records: Vec<_> =
            history.lines.iter().map(|line| (line.record.action, line.record.outcome)).collect();
        assert_eq!(
            records[1..],
            [(Action::Promote, Outcome::Failed), (Action::AutoRollback, Outcome::Verified)]
        );
        assert_eq!(env.state.lock().unwrap().deployed, [NEW.clone(), OLD.clone()]);
    }
}

#[tokio::test]
async fn the_first_digest_cannot_be_rolled_back() {
    let env = TestEnv::new(Script::Slow);
    {
        let mut fake = env.state.lock().unwrap();
        (fake.lock, fake.running, fake.history) = (None, None, String::new());
    }
    let done = ended(&env, &promote()).await;
    assert_eq!(done.report.ending, Ending::Failed);
    assert_eq!(kind(&done), Some(Kind::Promotion));
    assert!(done.failure.unwrap().hints[0].contains("no other digest was verified"));
    assert_eq!(env.history().last().unwrap().outcome, Outcome::Failed);
}

#[tokio::test]
async fn a_refused_promotion_changes_nothing() {
    let env = TestEnv { source_ready: false, ..TestEnv::new(Script::Good) };
    let done = ended(&env, &promote()).await;
    assert_eq!(done.report.ending, Ending::Refused);
    assert_eq!(kind(&done), Some(Kind::Promotion));
    assert_eq!(done.failure.unwrap().causes, ["source-ready: local: phase/apps: pods crash"]);
    let fake = env.state.lock().unwrap();
    assert_eq!(fake.registry, std::slice::from_ref(&*OLD));
    assert_eq!(fake.commits, [""; 0]);
    assert_eq!(fake.deployed, []);
}

#[tokio::test]
async fn a_plan_changes_nothing_and_starts_no_probe() {
    let env = TestEnv::new(Script::Good);
    let done = env.plan(&promote()).await;
    assert_eq!(done.report.ending, Ending::Planned);
    assert_eq!(kind(&done), None);
    assert_eq!(done.report.lock.before.as_ref(), Some(&*OLD));
    assert_eq!(done.report.lock.after, *NEW);
    let fake = env.state.lock().unwrap();
    assert_eq!(fake.registry, std::slice::from_ref(&*OLD));
    assert_eq!(fake.commits, [""; 0]);
    assert_eq!(fake.deployed, []);
    assert_eq!(fake.windows, [(0, 0); 0]);
}

#[tokio::test]
async fn a_review_is_requested_last_and_continued_after_approval() {
    let env = TestEnv { forge: true, ..TestEnv::new(Script::Good) };
    let mut order = promote();
    order.rules.approvals = 1;
    let requested = ended(&env, &order).await;
    assert_eq!(requested.report.ending, Ending::Refused);
    assert_eq!(kind(&requested), Some(Kind::Promotion));
    assert_eq!(requested.failure.unwrap().causes, ["approvals: 0 of 1: https://f/7"]);
    {
        let mut fake = env.state.lock().unwrap();
        assert_eq!(fake.commits.len(), 1);
        assert_eq!(fake.registry.len(), 1);
        assert_eq!(fake.deployed.len(), 0);
        fake.approved.push("bob".into());
    }
    let done = ended(&env, &order).await;
    assert_eq!(done.report.ending, Ending::Verified);
    assert_eq!(kind(&done), None);
    assert_settled_at(&env, &NEW);
    let fake = env.state.lock().unwrap();
    assert!(fake.merged && fake.commits.len() == 2, "{:?}", fake.commits);
}

#[tokio::test]
async fn required_approvals_refuse_without_a_forge() {
    let mut order = promote();
    order.rules.approvals = 1;
    let done = ended(&TestEnv::new(Script::Good), &order).await;
    assert!(done.failure.unwrap().causes[0].starts_with("approvals: 1 required, but no forge"));
}

#[tokio::test]
async fn production_refuses_unsigned_records() {
    let mut order = promote();
    order.rules.guarded = true;
    let done = ended(&TestEnv::new(Script::Good), &order).await;
    assert!(done.failure.unwrap().causes[0].starts_with("signed: no key is configured"));
}

#[tokio::test]
async fn a_rollback_on_request_needs_a_verified_digest() {
    let env = TestEnv::new(Script::Good);
    ended(&env, &promote()).await;
    let never = ended(&env, &order(Action::Rollback, &digest('f'))).await;
    assert!(
        never.failure.unwrap().causes[0].starts_with("verified: this digest was never verified in staging")
    );
    let done = ended(&env, &order(Action::Rollback, &OLD)).await;
    assert_eq!(done.report.ending, Ending::Verified);
    assert_eq!(kind(&done), None);
    assert_eq!(
        done.report.gates.iter().map(|gate| gate.id).collect::<Vec<_>>(),
        ["verified", "images", "secrets", "signed"]
    );
    assert_settled_at(&env, &OLD);
    assert_eq!(env.history().last().unwrap().action, Action::Rollback);
}

#[tokio::test]
async fn a_changed_history_is_drift() {
    let env = TestEnv::new(Script::Good);
    ended(&env, &promote()).await;
    {
        let mut fake = env.state.lock().unwrap();
        fake.history = fake.history.replacen("Ada", "Eve", 1);
    }
    let failure = env.run(&order(Action::Rollback, &OLD), 0).await.unwrap().unwrap_err();
    assert_eq!(failure.kind, Kind::Drift);
    assert_eq!(failure.location.unwrap().to_string(), "envs/history/staging.jsonl:2:1");
}

#[tokio::test]
async fn the_rollout_and_the_rollback_are_measured() {
    let env = TestEnv::new(Script::Good);
    let done = ended(&env, &promote()).await;
    let rollout = done.report.rollout.unwrap();
    assert_eq!(rollout.samples, 1);
    assert_eq!(rollout.requests, 50);
    assert_eq!(done.report.rollback, None);
    let env = TestEnv::new(Script::Terminal);
    let done = ended(&env, &promote()).await;
    assert_eq!(done.report.watch, None);
    assert_eq!(done.report.rollout.unwrap().failed, 0);
    assert_eq!(done.report.rollback.unwrap().stored, 100);
}

#[tokio::test]
async fn measured_windows_follow_each_other_without_gaps() {
    let env = TestEnv::new(Script::Good);
    let done = ended(&env, &promote()).await;
    let windows = env.state.lock().unwrap().windows.clone();
    assert!(windows.windows(2).all(|pair| pair[0].1 == pair[1].0), "{windows:?}");
    let (rollout, watch) = (done.report.rollout.unwrap(), done.report.watch.unwrap());
    assert_eq!(rollout.since.map(Timestamp::as_second), Some(1_790_000_000));
    assert_eq!(rollout.until, watch.since);
    assert_eq!(watch.until.map(Timestamp::as_second), windows.last().map(|window| window.1));
}

#[tokio::test]
async fn a_soaking_source_is_waited_for_but_not_another_digest() {
    let env = TestEnv::new(Script::Good);
    env.state.lock().unwrap().running = Some(NEW.clone());
    env.state.lock().unwrap().ready_since = Some(Timestamp::from_second(1_790_000_000 - 540).unwrap());
    let clock = || {
        let mut fake = env.state.lock().unwrap();
        fake.now += 20;
        Timestamp::from_second(fake.now).unwrap()
    };
    let (minutes, none) = (std::time::Duration::from_mins, std::time::Duration::ZERO);
    let soak = Soak { required: minutes(10), ready: minutes(15), pause: none };
    let events: Events = Arc::new(Silent);
    wait_for_soak(&env, ("local", &NEW), soak, &clock, &events).await.unwrap();
    assert_eq!(env.state.lock().unwrap().now, 1_790_000_060, "it must wait exactly so long");
    wait_for_soak(&env, ("local", &OLD), soak, &clock, &events).await.unwrap();
    assert_eq!(env.state.lock().unwrap().now, 1_790_000_080, "one observation");
}

#[tokio::test]
async fn a_starting_source_is_waited_for_with_a_limit() {
    let env = TestEnv::new(Script::Stuck);
    env.state.lock().unwrap().running = Some(NEW.clone());
    let clock = || env.now();
    let (short, none) = (std::time::Duration::from_millis(20), std::time::Duration::ZERO);
    let soak = Soak { required: none, ready: short, pause: std::time::Duration::from_millis(1) };
    let events: Events = Arc::new(Silent);
    wait_for_soak(&env, ("local", &NEW), soak, &clock, &events).await.unwrap();
    assert!(env.state.lock().unwrap().observations > 1, "it was not observed again");
    let terminal = TestEnv::new(Script::Terminal);
    terminal.state.lock().unwrap().running = Some(NEW.clone());
    wait_for_soak(&terminal, ("local", &NEW), soak, &clock, &events).await.unwrap();
    assert_eq!(terminal.state.lock().unwrap().observations, 1);
}
