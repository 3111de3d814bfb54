//! Runs migrations on a copy of the schema under load, as a rehearsal does.

use std::{fs, path::Path, time::Duration};

use seasense::base::failure::Result;
use seasense::promotion::trial::{self, Answer, File, Plan, Sql, Trial};

use crate::database::Database;

const MIGRATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/apps/backend/migrations");

/// The default limit.
const LIMIT: Duration = Duration::from_secs(1);

impl Sql for Database {
    async fn run(&self, database: &str, script: &str) -> Result<Answer> {
        self.psql(database, script).await
    }
}

/// Returns the plan to run these migrations after all of the current schema.
fn plan(new: &[&str]) -> Plan {
    let mut paths: Vec<_> =
        Path::new(MIGRATIONS).read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let applied = paths
        .iter()
        .map(|path| File { path: path.display().to_string(), sql: fs::read_to_string(path).unwrap() });
    let new = new
        .iter()
        .enumerate()
        .map(|(at, sql)| File { path: format!("migrations/{:04}_new.sql", at + 1), sql: (*sql).to_owned() });
    Plan { applied: applied.collect(), new: new.collect() }
}

async fn tried(new: &[&str]) -> Trial {
    let database = Database::start().await;
    let trial = trial::run(&database, &plan(new)).await.unwrap_or_else(|failure| panic!("{failure:?}"));
    let copies = "SELECT count(*) FROM pg_database WHERE datname LIKE '%trial%'";
    assert_eq!(database.number(copies).await, 0, "the copy remains");
    trial
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker and the built database image"]
async fn added_column_passes_with_a_small_stall() {
    let trial = tried(&["ALTER TABLE reading ADD COLUMN wave_cm integer;"]).await;
    assert_eq!(trial.refusal(LIMIT), None);
    let column = &trial.tried[0];
    assert!(column.requests > 10, "hardly any load: {column:?}");
    assert_eq!((column.failed, &column.error), (0, &None));
    assert!(column.stall_ms < 1000, "{column:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker and the built database image"]
async fn lock_for_three_seconds_is_measured_and_refused() {
    let sql = "CREATE TABLE other (a int);\nLOCK TABLE reading;\nSELECT pg_sleep(3);\n";
    let trial = tried(&["ALTER TABLE buoy ADD COLUMN note text;", sql]).await;
    let locked = &trial.tried[1];
    assert!((2900..20_000).contains(&locked.stall_ms), "{locked:?}");
    assert!(locked.took_ms >= 3000, "{locked:?}");
    let lock = locked.locks.iter().find(|lock| lock.table == "reading").expect("the lock");
    assert_eq!(lock.mode, "AccessExclusiveLock");
    assert!((2500..20_000).contains(&lock.held_ms), "{locked:?}");
    let refusal = trial.refusal(LIMIT).unwrap();
    assert!(refusal.starts_with("migrations/0002_new.sql:3:1: made a request"), "{refusal}");
    assert!(!refusal.contains("0001_new.sql"), "{refusal}");
    assert_eq!(trial.refusal(Duration::from_mins(1)), None);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker and the built database image"]
async fn rewrite_of_a_table_with_rows_is_measured() {
    let trial = tried(&["ALTER TABLE reading ALTER COLUMN depth_cm TYPE bigint;"]).await;
    let rewrite = &trial.tried[0];
    let lock = rewrite.locks.iter().find(|lock| lock.table == "reading").expect("the lock");
    assert_eq!(lock.mode, "AccessExclusiveLock");
    assert!(lock.held_ms > 20 && rewrite.stall_ms > 20, "{rewrite:?}");
    assert!(trial.refusal(Duration::from_millis(20)).is_some_and(|why| why.contains("0001_new.sql:1:1")));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker and the built database image"]
async fn failing_migration_is_reported_with_its_own_error() {
    let sql = "ALTER TABLE buoy ADD COLUMN a int;\n\n  UPDATE buoy SET b = 1;";
    let trial = tried(&[sql, "SELECT 1"]).await;
    assert_eq!(trial.tried.len(), 1, "the next one depends on it");
    let refusal = trial.refusal(LIMIT).unwrap();
    let expected = "migrations/0001_new.sql:3:3: fails on a copy of the schema: ERROR:  column \"b\" of relation \"buoy\" does not exist";
    assert!(refusal.starts_with(expected), "{refusal}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker and the built database image"]
async fn fault_at_commit_is_the_error_of_the_migration() {
    let sql = "ALTER TABLE buoy_activity ADD COLUMN other integer UNIQUE DEFERRABLE INITIALLY DEFERRED;\n\
               UPDATE buoy_activity SET other = 1;";
    let refusal = tried(&[sql]).await.refusal(LIMIT).unwrap();
    assert!(refusal.contains("0001_new.sql:2:1: fails") && refusal.contains("duplicate key"), "{refusal}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker and the built database image"]
async fn migration_that_breaks_the_running_code_is_refused() {
    let trial = tried(&["ALTER TABLE reading RENAME COLUMN latitude TO lat;"]).await;
    let refusal = trial.refusal(Duration::from_hours(1)).unwrap();
    assert!(refusal.contains("requests of the running code fail: "), "{refusal}");
    assert!(refusal.contains("column \"latitude\""), "{refusal}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker and the built database image"]
async fn text_of_a_migration_is_never_a_command_of_psql() {
    let sql = "SELECT E'\\\\! touch /tmp/x';\n-- \\q\nSELECT ':ERROR', $a$\\q$a$;\n\\echo x";
    let trial = tried(&[sql]).await;
    let error = trial.tried[0].error.as_deref().unwrap();
    assert!(error.contains("syntax error at or near \"\\\""), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker and the built database image"]
async fn index_outside_a_transaction_does_not_block() {
    let sql = "-- no-transaction\nCREATE INDEX CONCURRENTLY reading_by_depth ON reading (depth_cm);";
    let trial = tried(&[sql]).await;
    assert_eq!(trial.tried[0].error, None);
    // It waits for the transactions of others, which do not wait for it.
    assert!(trial.tried[0].locks.iter().all(|lock| lock.held_ms == 0), "{:?}", trial.tried[0]);
    let in_transaction = tried(&[sql.split_once('\n').unwrap().1]).await;
    assert!(in_transaction.refusal(LIMIT).unwrap().contains("cannot run inside a transaction block"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker and the built database image"]
async fn broken_copy_names_the_applied_migration() {
    let database = Database::start().await;
    let mut plan = plan(&["SELECT 1"]);
    plan.applied[1].sql = "SELECT 1;\nSELECT nothing;".to_owned();
    let failure = trial::run(&database, &plan).await.unwrap_err();
    assert!(failure.causes[0].contains("0002_quarantine.sql:2:1: ERROR:"), "{failure:?}");
}
