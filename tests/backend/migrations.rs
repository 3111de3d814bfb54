//! Migrates an empty database and the previous schema; repeated and concurrent migrations are safe.

use std::path::Path;

use seasense::apps::shared::parameter;
use sqlx::migrate::Migrator;

use crate::backend::{Backend, migrate};
use crate::client::{Api, batch, reading};
use crate::database::Database;

const MIGRATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/apps/backend/migrations");

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn migration_of_an_empty_database_is_idempotent() {
    let database = Database::start().await;
    for _ in 0..2 {
        let migrated = migrate(&database, 3);
        assert!(migrated.status.success(), "{}", migrated.log);
    }
    assert_eq!(database.number("SELECT count(*) FROM buoy WHERE NOT canary").await, 3);
    let more = migrate(&database, 5);
    assert!(more.log.contains("\"changed\":2"), "{}", more.log);
    assert_eq!(database.number("SELECT count(*) FROM buoy_activity").await, 5 + 3);
    let hypertables =
        "SELECT count(*) FROM timescaledb_information.hypertables WHERE hypertable_name = 'observation'";
    assert_eq!(database.number(hypertables).await, 1);
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn migration_from_the_previous_version_keeps_data() {
    let database = Database::start().await;
    let previous = all_but_the_last();
    Migrator::new(previous.path()).await.unwrap().run(&mut database.connect().await).await.unwrap();
    let fill = "
        WITH buoy AS (INSERT INTO buoy (code, name, token_sha256) VALUES ('buoy-001', 'Buoy 001', sha256('old')) RETURNING id),
             activity AS (INSERT INTO buoy_activity (buoy_id, readings) SELECT id, 1 FROM buoy),
             reading AS (INSERT INTO reading (buoy_id, boot_id, seq, observed_at, latitude, longitude, depth_cm, content)
                         SELECT id, 9, 1, '2026-01-01', 45, -6, 100, sha256('x') FROM buoy)
        INSERT INTO observation (observed_at, buoy_id, parameter_id, boot_id, seq, depth_cm, value)
        SELECT '2026-01-01', id, 1, 9, 1, 100, 14.2 FROM buoy RETURNING 1::bigint";
    assert_eq!(database.number(fill).await, 1);

    let backend = Backend::start(&database);
    let api = Api::new(&backend);
    assert_eq!(api.get("/api/v1/summary").await["readings"], 1);
    assert_eq!(api.get("/api/v1/latest").await["readings"][0]["values"]["sea_water_temperature"], 14.2);
    assert_eq!(api.store(&batch("buoy-001", vec![reading(1)])).await.accepted, 1);
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn earlier_version_starts_on_a_later_schema() {
    let database = Database::start().await;
    assert!(migrate(&database, 3).status.success());
    let later = "
        WITH new AS (INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                     VALUES (9999, 'of a later version', true, sha256('x'), 1) RETURNING version)
        SELECT version FROM new";
    assert_eq!(database.number(later).await, 9999);
    let rolled_back = migrate(&database, 3);
    assert!(rolled_back.status.success(), "a rollback would fail: {}", rolled_back.log);
    let backend = Backend::serve(&database);
    let api = Api::new(&backend);
    assert_eq!(api.get("/readyz").await["status"], "ok");
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn concurrent_migrations_succeed() {
    let database = Database::start().await;
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| migrate(&database, 3))).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    for outcome in outcomes {
        assert!(outcome.status.success(), "{}", outcome.log);
    }
    assert_eq!(database.number("SELECT count(*) FROM buoy WHERE NOT canary").await, 3);
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn missing_extension_is_reported_with_the_next_step() {
    let database = Database::start_empty().await;
    let migrated = migrate(&database, 3);
    assert_eq!(migrated.status.code(), Some(1));
    assert!(migrated.log.contains("CREATE EXTENSION timescaledb"), "{}", migrated.log);
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn database_and_program_have_the_same_parameters() {
    let database = Database::start().await;
    assert!(migrate(&database, 0).status.success());
    let stored: Vec<(i16, String, String, String, f64, f64)> =
        sqlx::query_as("SELECT id, name, label, unit, minimum, maximum FROM parameter ORDER BY id")
            .fetch_all(&mut database.connect().await)
            .await
            .unwrap();
    let known: Vec<_> = parameter::ALL
        .iter()
        .map(|p| (p.id, p.name.to_owned(), p.label.to_owned(), p.unit.to_owned(), p.minimum, p.maximum))
        .collect();
    assert_eq!(stored, known);
}

/// Returns a directory with all migrations but the last.
fn all_but_the_last() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut files: Vec<_> =
        Path::new(MIGRATIONS).read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.pop();
    assert!(!files.is_empty(), "there is only one migration");
    for file in files {
        std::fs::copy(&file, folder.path().join(file.file_name().unwrap())).unwrap();
    }
    folder
}
