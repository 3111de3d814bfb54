//! Tests of the stored readings and of what a rollout may cost.

use super::*;

#[tokio::test]
async fn changed_readings_fail_although_the_watch_passed() {
    let env = TestEnv::new(Script::ChangesReadings);
    let done = ended(&env, &promote()).await;
    assert_eq!(done.report.ending, Ending::RolledBack);
    let change = "stored readings were changed: buoy-1 on 2026-09-21: 560 readings with other values";
    assert_eq!(done.report.reason, change);
    assert!(done.report.next[0].contains("restore the database to that time"), "{:?}", done.report.next);
    let recorded = env.history().lines[1].record.clone();
    assert_eq!((recorded.outcome, recorded.reason.as_str()), (Outcome::Failed, change));
    assert_settled_at(&env, &OLD);
}

#[tokio::test]
async fn readings_may_change_with_the_reason_of_a_migration() {
    const SQL: &str =
        "-- seasense: changes readings, buoy 1 was calibrated wrongly\nUPDATE observation SET value = 1";
    let env = TestEnv { migration: Some(SQL), ..TestEnv::new(Script::ChangesReadings) };
    let done = ended(&env, &promote()).await;
    assert_eq!(done.report.ending, Ending::Verified, "{}", done.report.reason);
    let record = env.history().last().unwrap().clone();
    assert!(record.reason.contains("`buoy 1 was calibrated wrongly`"), "{}", record.reason);
    let gate = record.gates.iter().find(|gate| gate.id == "migrations").unwrap();
    assert!(gate.reason.contains("buoy 1 was calibrated wrongly"), "{}", gate.reason);
}

#[tokio::test]
async fn unchanged_readings_are_recorded_with_their_number() {
    let env = TestEnv::new(Script::Good);
    let done = ended(&env, &promote()).await;
    assert_eq!(done.report.reason, "the verdict is Passed; 560 readings of before are unchanged");
}

#[tokio::test]
async fn an_unreadable_database_is_recorded_as_not_compared() {
    let env = TestEnv::new(Script::Good);
    env.state.lock().unwrap().readings_unknown = true;
    let mut order = promote();
    order.rules.limits.watch = std::time::Duration::from_secs(20);
    let done = ended(&env, &order).await;
    assert_eq!(done.report.ending, Ending::Verified);
    assert!(done.report.reason.contains("were not compared"), "{}", done.report.reason);
}

#[tokio::test]
async fn a_rollout_that_fails_requests_is_rolled_back() {
    let env = TestEnv::new(Script::CostlyRollout);
    let done = ended(&env, &promote()).await;
    assert_eq!(done.report.ending, Ending::RolledBack);
    let why = "the rollout made 35 of 125 requests fail (28.0 %), more than 1.0 %";
    assert_eq!(done.report.reason, why);
    assert_settled_at(&env, &OLD);
    let mut order = promote();
    order.rules.limits.rollout_error_rate = 0.3;
    let done = ended(&TestEnv::new(Script::CostlyRollout), &order).await;
    assert_eq!(done.report.ending, Ending::Verified);
}

#[tokio::test]
async fn a_broken_environment_does_not_blame_the_rollout() {
    let env = TestEnv::new(Script::CostlyRollout);
    env.state.lock().unwrap().broken_before = true;
    let done = ended(&env, &promote()).await;
    assert_eq!(done.report.ending, Ending::Verified);
}
