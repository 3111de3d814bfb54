//! Tests of the trial of new migrations in a rehearsal.

use std::time::Duration;

use super::*;
use crate::promotion::{
    gates::{Gate, GateResult, Migration, Migrations},
    trial::{Trial, Tried},
};

const LIMIT: Duration = Duration::from_secs(1);

fn migrations(before: Option<&[&str]>, after: &[&str]) -> Migrations {
    let files = |names: &[&str]| {
        let file =
            |name: &&str| ((*name).to_owned(), Migration { blob: (*name).into(), sql: "SELECT 1".into() });
        names.iter().map(file).collect()
    };
    Migrations { before: before.map(files), after: files(after) }
}

pub fn measured(stall_ms: u64) -> Trial {
    let tried = Tried {
        file: "src/apps/backend/migrations/0002_b.sql".into(),
        line: 4,
        column: 1,
        stall_ms,
        stalled: Some("store a reading".into()),
        requests: 9,
        ..Tried::default()
    };
    Trial { readings: 50_000, tried: vec![tried] }
}

pub fn rehearsal(script: Script, trial: Result<Trial>) -> (TestEnv, Order) {
    let rehearsed = Some(Ok(migrations(Some(&["0001_a.sql"]), &["0001_a.sql", "0002_b.sql"])));
    let mut order = promote();
    order.rules.migration_stall = Some(LIMIT);
    (TestEnv { rehearsed, trial, ..TestEnv::new(script) }, order)
}

fn gate(gates: &[Gate]) -> (GateResult, &str) {
    let gate = gates.iter().find(|gate| gate.id == "migration-trial").expect("the gate");
    (gate.result, gate.reason.as_str())
}

#[tokio::test]
async fn migration_that_makes_requests_wait_is_refused_by_name() {
    let (env, order) = rehearsal(Script::Good, Ok(measured(120_000)));
    let done = ended(&env, &order).await;
    assert_eq!(done.report.ending, Ending::RolledBack);
    let reason = &done.report.reason;
    assert!(reason.starts_with("src/apps/backend/migrations/0002_b.sql:4:1: made a request"), "{reason}");
    assert_eq!(gate(&done.report.gates), (GateResult::Refused, reason.as_str()));
    assert_eq!(done.report.migrations, Some(measured(120_000)));
    let record = env.history().lines[1].record.clone();
    assert_eq!((record.outcome, &record.reason), (Outcome::Failed, reason));
    assert!(record.gates.iter().any(|gate| gate.id == "migration-trial"), "{record:?}");
}

#[tokio::test]
async fn short_stall_is_reported_and_recorded() {
    let (env, order) = rehearsal(Script::Good, Ok(measured(1000)));
    let done = ended(&env, &order).await;
    assert_eq!(done.report.ending, Ending::Verified, "{}", done.report.reason);
    let (result, reason) = gate(&done.report.gates);
    assert_eq!(result, GateResult::Passed);
    assert!(
        reason.contains("50000 readings: 0002_b.sql took 0 ms, the longest of 9 requests 1000 ms"),
        "{reason}"
    );
    let record = env.history().last().unwrap().clone();
    assert!(record.gates.iter().any(|gate| gate.reason == reason), "{record:?}");
}

#[tokio::test]
async fn refused_migration_is_named_before_a_failed_watch() {
    let (env, order) = rehearsal(Script::CostlyRollout, Ok(measured(5000)));
    let reason = ended(&env, &order).await.report.reason;
    assert!(reason.starts_with("src/apps/backend/migrations/0002_b.sql:4:1"), "{reason}");
    assert!(reason.contains("; and the rollout made 35 of 125 requests fail"), "{reason}");
}

#[tokio::test]
async fn trial_that_cannot_run_is_not_verified() {
    let failure = Failure::new(crate::base::failure::Kind::Workload, "the database has no primary");
    let (env, order) = rehearsal(Script::Good, Err(failure));
    let done = ended(&env, &order).await;
    assert_eq!(done.report.ending, Ending::RolledBack);
    assert_eq!(done.report.reason, "the new migrations could not be tried: the database has no primary");
}

#[tokio::test]
async fn rehearsal_without_new_migrations_has_no_trial() {
    for (rehearsed, result) in [
        (Ok(migrations(Some(&["0001_a.sql"]), &["0001_a.sql"])), GateResult::Skipped),
        (Ok(migrations(None, &["0001_a.sql"])), GateResult::Skipped),
        (Err("this repository lacks the current commit".to_owned()), GateResult::Refused),
    ] {
        let (env, order) = rehearsal(Script::Good, Ok(measured(9000)));
        let done = ended(&TestEnv { rehearsed: Some(rehearsed), ..env }, &order).await;
        assert_eq!(gate(&done.report.gates).0, result);
        let expected = if result == GateResult::Refused { Ending::Refused } else { Ending::Verified };
        assert_eq!(done.report.ending, expected, "{}", done.report.reason);
    }
}
