//! Tests of promotions with a canary.

use super::*;
use crate::promotion::gates::{CANARY, Gate, GateResult};

fn shares(env: &TestEnv) -> Vec<u8> {
    env.state.lock().unwrap().shares.clone()
}

fn canary_gate(ended: &Ended) -> &Gate {
    ended.report.gates.iter().find(|gate| gate.id == CANARY).unwrap()
}

#[tokio::test]
async fn a_good_digest_gets_its_share_passes_and_is_deployed() {
    let env = TestEnv::new(Script::Good);
    let done = ended(&env, &canary()).await;
    assert_eq!(done.report.ending, Ending::Verified);
    assert_eq!(kind(&done), None);
    assert_settled_at(&env, &NEW);
    assert_eq!(shares(&env), [0, 20], "the share must be 0 until the canary is ready");
    assert_eq!(env.state.lock().unwrap().deployed, std::slice::from_ref(&*NEW));
    let canary = done.report.canary.unwrap();
    let canary_only = canary.canary_only.unwrap();
    assert_eq!(canary.percent, 20);
    assert_eq!(canary_only.failed, 0);
    assert!(canary_only.requests > 0);
    assert!(done.report.watch.is_some());
    assert_eq!(env.history().last().unwrap().canary, Some(canary));
}

#[tokio::test]
async fn a_failed_canary_is_removed_and_the_current_digest_stays() {
    for (script, why) in [
        (Script::Slow, "measured at the canary, p95 is 2000 ms"),
        (Script::Lossy, "1 acknowledged readings are not stored"),
        (Script::Stuck, "pods crash"),
        (Script::Terminal, "the canary: backend crashes permanently"),
    ] {
        let env = TestEnv::new(script);
        let done = ended(&env, &canary()).await;
        assert_eq!(done.report.ending, Ending::RolledBack, "{script:?}");
        assert_eq!(kind(&done), Some(Kind::Promotion), "{script:?}");
        assert!(done.report.reason.contains(why), "{script:?}: {}", done.report.reason);
        assert_settled_at(&env, &OLD);
        let fake = env.state.lock().unwrap();
        assert!(!fake.deployed.contains(&NEW), "{:?}", fake.deployed);
        assert!(!fake.commits.iter().any(|title| title.starts_with("Promote")), "{:?}", fake.commits);
        drop(fake);
        let history = env.history();
        let records: Vec<_> =
            history.lines.iter().map(|line| (&line.record.digest, line.record.outcome)).collect();
        assert_eq!(records[1..], [(&*NEW, Outcome::Failed), (&*OLD, Outcome::Verified)]);
        assert_eq!(history.lines[1].record.canary.unwrap().percent, 20);
    }
}

#[tokio::test]
async fn a_canary_that_is_down_fails_with_one_sample() {
    let env = TestEnv::new(Script::CanaryGoesDown);
    let done = ended(&env, &canary()).await;
    assert_eq!(done.report.reason, "the canary is down: pods crash");
    let canary = done.report.canary.unwrap();
    assert_eq!(canary.gateway.unwrap().samples, 2);
    assert_eq!(canary.canary_only.unwrap().samples, 1);
    assert_settled_at(&env, &OLD);
}

#[tokio::test]
async fn the_first_digest_is_deployed_without_a_canary() {
    let env = TestEnv::new(Script::Good);
    {
        let mut fake = env.state.lock().unwrap();
        (fake.lock, fake.running, fake.history) = (None, None, String::new());
    }
    let done = ended(&env, &canary()).await;
    assert_eq!(done.report.ending, Ending::Verified);
    assert_eq!(done.report.canary, None);
    assert_eq!(shares(&env), [0; 0]);
    assert_eq!(canary_gate(&done).result, GateResult::Skipped);
}

#[tokio::test]
async fn an_unverified_current_digest_refuses_a_canary() {
    let env = TestEnv::new(Script::Good);
    env.state.lock().unwrap().history = String::new();
    let done = ended(&env, &canary()).await;
    assert_eq!(done.report.ending, Ending::Refused);
    assert_eq!(shares(&env), [0; 0]);
    assert!(done.failure.unwrap().causes[0].starts_with("canary: "));
}

#[tokio::test]
async fn a_plan_evaluates_the_canary_gate_and_sets_no_share() {
    let env = TestEnv::new(Script::Good);
    let planned = env.plan(&canary()).await;
    assert_eq!(planned.report.ending, Ending::Planned);
    assert_eq!(shares(&env), [0; 0]);
    assert_eq!(canary_gate(&planned).reason, "20 % of the API's requests go to it first");
}
