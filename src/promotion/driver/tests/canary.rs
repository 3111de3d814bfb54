//! A share of the requests first.

use super::*;
use crate::promotion::gates::{CANARY, Verdict as Opened};

fn shares(world: &TestEnv) -> Vec<u8> {
    world.facts.lock().unwrap().shares.clone()
}

#[tokio::test]
async fn a_good_digest_gets_its_share_holds_and_is_handed_over_whole() {
    let world = TestEnv::new(Script::Good);
    let done = ended(&world, &canary()).await;
    assert_eq!((done.report.ending, kind(&done)), (Ending::Verified, None));
    rests_at(&world, NEW);
    assert_eq!(shares(&world), [0, 20], "nobody is sent to a backend that is not up yet");
    assert_eq!(world.facts.lock().unwrap().handed, [NEW]);
    let tried = done.report.canary.unwrap();
    assert_eq!((tried.percent, tried.own.unwrap().failed), (20, 0));
    assert!(tried.own.unwrap().requests > 0 && done.report.figures.is_some());
    assert_eq!(world.history().last().unwrap().canary, Some(tried));
}

#[tokio::test]
async fn a_worse_one_loses_its_share_and_the_old_one_was_never_replaced() {
    for (script, why) in [
        (Script::Slow, "asked by itself, p95 is 2000 ms"),
        (Script::Lossy, "1 acknowledged readings are not stored"),
        (Script::Stuck, "pods crash"),
        (Script::Hopeless, "the canary: backend crashes for good"),
    ] {
        let world = TestEnv::new(script);
        let done = ended(&world, &canary()).await;
        assert_eq!(
            (done.report.ending, kind(&done)),
            (Ending::RolledBack, Some(Kind::Promotion)),
            "{script:?}"
        );
        assert!(done.report.reason.contains(why), "{script:?}: {}", done.report.reason);
        rests_at(&world, OLD);
        let facts = world.facts.lock().unwrap();
        assert!(!facts.handed.iter().any(|handed| handed == NEW), "{:?}", facts.handed);
        assert!(!facts.commits.iter().any(|title| title.starts_with("Promote")), "{:?}", facts.commits);
        drop(facts);
        let history = world.history();
        let records: Vec<_> =
            history.lines.iter().map(|line| (line.record.digest.as_str(), line.record.outcome)).collect();
        assert_eq!(records[1..], [(NEW, Outcome::Failed), (OLD, Outcome::Verified)]);
        assert_eq!(history.lines[1].record.canary.unwrap().percent, 20);
    }
}

#[tokio::test]
async fn one_look_at_a_canary_that_has_fallen_is_enough() {
    let world = TestEnv::new(Script::Falls);
    let done = ended(&world, &canary()).await;
    assert_eq!(done.report.reason, "the canary is down: pods crash");
    let tried = done.report.canary.unwrap();
    assert_eq!((tried.figures.unwrap().looks, tried.own.unwrap().looks), (2, 1));
    rests_at(&world, OLD);
}

#[tokio::test]
async fn the_first_digest_of_all_is_handed_over_whole_and_the_gate_says_why() {
    let world = TestEnv::new(Script::Good);
    {
        let mut facts = world.facts.lock().unwrap();
        (facts.lock, facts.running, facts.history) = (None, None, String::new());
    }
    let done = ended(&world, &canary()).await;
    assert_eq!((done.report.ending, done.report.canary, shares(&world).len()), (Ending::Verified, None, 0));
    let gate = done.report.gates.iter().find(|gate| gate.id == CANARY).unwrap();
    assert_eq!(gate.verdict, Opened::Skipped);
}

#[tokio::test]
async fn beside_what_was_never_verified_nothing_is_tried_out() {
    let world = TestEnv::new(Script::Good);
    world.facts.lock().unwrap().history = String::new();
    let done = ended(&world, &canary()).await;
    assert_eq!((done.report.ending, shares(&world).len()), (Ending::Refused, 0));
    assert!(done.failure.unwrap().causes[0].starts_with("canary: "));
}

#[tokio::test]
async fn a_dry_run_asks_the_gate_and_shares_nothing() {
    let world = TestEnv::new(Script::Good);
    let done = ended(&world, &Order { dry_run: true, ..canary() }).await;
    assert_eq!((done.report.ending, shares(&world).len()), (Ending::Planned, 0));
    let gate = done.report.gates.iter().find(|gate| gate.id == CANARY).unwrap();
    assert_eq!(gate.reason, "20 % of the API's requests go to it first");
}
