//! Tests of the driver with a scripted world: forward, back, refused, killed at every step.

mod acts;
mod canary;
mod killed;
mod ledger;
mod world;

use self::world::{NEW, OLD, Script, TestEnv, canary, kind, order, promote};
use std::sync::Arc;

use super::*;
use crate::{
    base::{event::Silent, failure::Kind},
    promotion::{report::Ending, store::history::Action},
};

async fn ended(world: &TestEnv, order: &Order) -> Ended {
    world.run(order, 0).await.unwrap().unwrap()
}

/// Asserts that `world` rests at `digest`: lock and cluster agree, nobody sails, the newest record says that it is verified.
fn rests_at(world: &TestEnv, digest: &str) {
    let history = world.history();
    let facts = world.facts.lock().unwrap();
    assert_eq!(facts.running.as_deref(), Some(digest));
    assert_eq!(facts.lock.as_ref().unwrap().digest, digest);
    let last = history.last().unwrap();
    assert_eq!((last.digest.as_str(), last.outcome), (digest, Outcome::Verified));
    assert!(!facts.sailing, "the canary still sails");
    assert_eq!(facts.trial, None, "something is still tried out");
}

#[tokio::test]
async fn a_good_digest_is_copied_committed_handed_over_watched_and_recorded() {
    let world = TestEnv::new(Script::Good);
    let done = ended(&world, &promote()).await;
    assert_eq!((done.report.ending, kind(&done)), (Ending::Verified, None));
    rests_at(&world, NEW);
    let facts = world.facts.lock().unwrap();
    assert_eq!(facts.registry, [OLD, NEW]);
    assert_eq!(
        facts.commits,
        ["Promote staging to 2e3000000000", "Record that 2e3000000000 is verified in staging"]
    );
    let lock = facts.lock.as_ref().unwrap();
    assert_eq!((lock.previous.as_deref(), lock.promoted_from.as_str()), (Some(OLD), "local"));
    drop(facts);
    let record = world.history().last().unwrap().clone();
    assert_eq!(
        (record.action, record.previous.as_deref(), record.gates.len()),
        (Action::Promote, Some(OLD), 10)
    );
    assert_eq!(record.figures.unwrap().sent, 100);
}

#[tokio::test]
async fn the_same_again_changes_nothing() {
    let world = TestEnv::new(Script::Good);
    ended(&world, &promote()).await;
    let commits = world.facts.lock().unwrap().commits.len();
    let again = ended(&world, &promote()).await;
    assert_eq!((again.report.ending, kind(&again)), (Ending::Unchanged, None));
    let facts = world.facts.lock().unwrap();
    assert_eq!((facts.commits.len(), facts.handed.len()), (commits, 1));
}

#[tokio::test]
async fn a_worse_digest_is_taken_back_by_itself() {
    for (script, why) in [
        (Script::Slow, "p95 is 2000 ms"),
        (Script::Lossy, "1 acknowledged readings are not stored"),
        (Script::Stuck, "phase/apps: pods crash"),
        (Script::Hopeless, "backend crashes for good"),
        (Script::Lingers, "backend crashes for good"),
    ] {
        let world = TestEnv::new(script);
        let done = ended(&world, &promote()).await;
        assert_eq!((done.report.ending, kind(&done)), (Ending::RolledBack, Some(Kind::Promotion)));
        assert_eq!(done.report.restored.as_deref(), Some(OLD));
        let told = done.failure.unwrap();
        assert!(told.causes[0].contains(why), "{told:?}");
        rests_at(&world, OLD);
        let history = world.history();
        let records: Vec<_> =
            history.lines.iter().map(|line| (line.record.action, line.record.outcome)).collect();
        assert_eq!(records[1..], [(Action::Promote, Outcome::Failed), (Action::Restore, Outcome::Verified)]);
        assert_eq!(world.facts.lock().unwrap().handed, [NEW, OLD]);
    }
}

#[tokio::test]
async fn the_first_digest_of_all_has_nothing_to_go_back_to() {
    let world = TestEnv::new(Script::Slow);
    {
        let mut facts = world.facts.lock().unwrap();
        (facts.lock, facts.running, facts.history) = (None, None, String::new());
    }
    let done = ended(&world, &promote()).await;
    assert_eq!((done.report.ending, kind(&done)), (Ending::Failed, Some(Kind::Promotion)));
    assert!(done.failure.unwrap().hints[0].contains("nothing else was verified"));
    assert_eq!(world.history().last().unwrap().outcome, Outcome::Failed);
}

#[tokio::test]
async fn a_closed_gate_touches_nothing() {
    let world = TestEnv { source_ready: false, ..TestEnv::new(Script::Good) };
    let done = ended(&world, &promote()).await;
    assert_eq!((done.report.ending, kind(&done)), (Ending::Refused, Some(Kind::Promotion)));
    assert_eq!(done.failure.unwrap().causes, ["source-ready: local: phase/apps: pods crash"]);
    let facts = world.facts.lock().unwrap();
    assert_eq!((facts.registry.len(), facts.commits.len(), facts.handed.len()), (1, 0, 0));
}

#[tokio::test]
async fn a_dry_run_only_tells() {
    let world = TestEnv::new(Script::Good);
    let done = ended(&world, &Order { dry_run: true, ..promote() }).await;
    assert_eq!((done.report.ending, kind(&done)), (Ending::Planned, None));
    assert_eq!((done.report.lock.before.as_deref(), done.report.lock.after.as_str()), (Some(OLD), NEW));
    let facts = world.facts.lock().unwrap();
    assert_eq!((facts.registry.len(), facts.commits.len(), facts.handed.len()), (1, 0, 0));
}

#[tokio::test]
async fn a_review_is_asked_for_last_and_gone_on_from_once_it_is_given() {
    let world = TestEnv { forge: true, ..TestEnv::new(Script::Good) };
    let mut order = promote();
    order.rules.approvals = 1;
    let asked = ended(&world, &order).await;
    assert_eq!((asked.report.ending, kind(&asked)), (Ending::Refused, Some(Kind::Promotion)));
    assert_eq!(asked.failure.unwrap().causes, ["approvals: 0 of 1: https://f/7"]);
    {
        let mut facts = world.facts.lock().unwrap();
        assert_eq!((facts.commits.len(), facts.registry.len(), facts.handed.len()), (1, 1, 0));
        facts.approved.push("bob".into());
    }
    let done = ended(&world, &order).await;
    assert_eq!((done.report.ending, kind(&done)), (Ending::Verified, None));
    rests_at(&world, NEW);
    let facts = world.facts.lock().unwrap();
    assert!(facts.merged && facts.commits.len() == 2, "{:?}", facts.commits);
}

#[tokio::test]
async fn without_a_forge_nobody_can_approve() {
    let mut order = promote();
    order.rules.approvals = 1;
    let done = ended(&TestEnv::new(Script::Good), &order).await;
    assert!(done.failure.unwrap().causes[0].starts_with("approvals: 1 asked for, and without a forge"));
}

#[tokio::test]
async fn production_takes_no_unsigned_record() {
    let mut order = promote();
    order.rules.guarded = true;
    let done = ended(&TestEnv::new(Script::Good), &order).await;
    assert!(done.failure.unwrap().causes[0].starts_with("signed: no key is configured"));
}

#[tokio::test]
async fn a_rollback_by_hand_goes_to_what_was_verified_and_is_recorded() {
    let world = TestEnv::new(Script::Good);
    ended(&world, &promote()).await;
    let never = ended(&world, &order(Action::Rollback, "sha256:never")).await;
    assert!(never.failure.unwrap().causes[0].starts_with("verified: staging never ran this digest"));
    let done = ended(&world, &order(Action::Rollback, OLD)).await;
    assert_eq!((done.report.ending, kind(&done)), (Ending::Verified, None));
    assert_eq!(
        done.report.gates.iter().map(|gate| gate.id).collect::<Vec<_>>(),
        ["verified", "images", "signed"]
    );
    rests_at(&world, OLD);
    assert_eq!(world.history().last().unwrap().action, Action::Rollback);
}

#[tokio::test]
async fn a_changed_history_is_drift_and_stops_everything() {
    let world = TestEnv::new(Script::Good);
    ended(&world, &promote()).await;
    {
        let mut facts = world.facts.lock().unwrap();
        facts.history = facts.history.replacen("Ada", "Eve", 1);
    }
    let failure = world.run(&order(Action::Rollback, OLD), 0).await.unwrap().unwrap_err();
    assert_eq!(
        (failure.kind, failure.location.unwrap().to_string().as_str()),
        (Kind::Drift, "envs/history/staging.jsonl:2:1")
    );
}

#[tokio::test]
async fn what_the_change_itself_costs_is_counted_forward_and_back() {
    let world = TestEnv::new(Script::Good);
    let done = ended(&world, &promote()).await;
    let rollout = done.report.rollout.unwrap();
    assert_eq!((rollout.looks, rollout.requests, done.report.rollback), (1, 50, None));
    let world = TestEnv::new(Script::Hopeless);
    let done = ended(&world, &promote()).await;
    assert_eq!((done.report.figures, done.report.rollout.unwrap().failed), (None, 0));
    assert_eq!(done.report.rollback.unwrap().stored, 100);
}

#[tokio::test]
async fn a_source_that_soaks_is_waited_for_and_one_that_runs_something_else_is_not() {
    let world = TestEnv::new(Script::Good);
    world.facts.lock().unwrap().running = Some(NEW.into());
    world.facts.lock().unwrap().since = Some(Timestamp::from_second(1_790_000_000 - 540).unwrap());
    let clock = || {
        let mut facts = world.facts.lock().unwrap();
        facts.now += 20;
        Timestamp::from_second(facts.now).unwrap()
    };
    let (minutes, now) = (std::time::Duration::from_mins, std::time::Duration::ZERO);
    let soak = Soak { needed: minutes(10), ready: minutes(15), pause: now };
    let events: Events = Arc::new(Silent);
    until_soaked(&world, ("local", NEW), soak, &clock, &events).await.unwrap();
    assert_eq!(world.facts.lock().unwrap().now, 1_790_000_060, "until just then");
    until_soaked(&world, ("local", OLD), soak, &clock, &events).await.unwrap();
    assert_eq!(world.facts.lock().unwrap().now, 1_790_000_080, "one look");
}

#[tokio::test]
async fn a_source_that_wakes_is_waited_for_and_not_for_ever() {
    let world = TestEnv::new(Script::Stuck);
    world.facts.lock().unwrap().running = Some(NEW.into());
    let clock = || Timestamp::from_second(world.facts.lock().unwrap().now).unwrap();
    let (short, now) = (std::time::Duration::from_millis(20), std::time::Duration::ZERO);
    let soak = Soak { needed: now, ready: short, pause: std::time::Duration::from_millis(1) };
    let events: Events = Arc::new(Silent);
    until_soaked(&world, ("local", NEW), soak, &clock, &events).await.unwrap();
    assert!(world.facts.lock().unwrap().looks > 1, "it was looked at again");
    let terminal = TestEnv::new(Script::Hopeless);
    terminal.facts.lock().unwrap().running = Some(NEW.into());
    until_soaked(&terminal, ("local", NEW), soak, &clock, &events).await.unwrap();
    assert_eq!(terminal.facts.lock().unwrap().looks, 1);
}
