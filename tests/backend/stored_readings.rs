//! The comparison of stored readings before and after a promotion, by the SQL that promotions run.

use jiff::{SignedDuration, Timestamp};
use seasense::promotion::readings::{Day, Readings};
use seasense::workloads::{read_readings, readings_query};

use crate::backend::migrate;
use crate::database::Database;

/// Two buoys with readings on two days: three and one on the first, one on the second.
const FILL: &str = "
INSERT INTO reading (buoy_id, boot_id, seq, observed_at, received_at, latitude, longitude, depth_cm, content)
SELECT buoy.id, 1, seq, observed_at::timestamptz, '2026-01-05T00:00:00Z', 48, -5, 100, sha256(code::bytea)
FROM (VALUES ('buoy-001', 1, '2026-01-01T23:59:59Z'), ('buoy-001', 2, '2026-01-01T12:00:00Z'),
             ('buoy-001', 3, '2026-01-01T00:00:00Z'), ('buoy-001', 4, '2026-01-02T00:00:00Z'),
             ('buoy-002', 1, '2026-01-01T12:00:00Z')) AS given (buoy, seq, observed_at)
JOIN buoy ON code = buoy;
INSERT INTO observation (observed_at, buoy_id, parameter_id, boot_id, seq, depth_cm, value)
SELECT observed_at, buoy_id, parameter, boot_id, seq, depth_cm, 10.25 + parameter
FROM reading CROSS JOIN generate_series(1, 2) AS parameter;
";

const BUOY_1: &str = "buoy_id = (SELECT id FROM buoy WHERE code = 'buoy-001')";

/// The time before which readings are compared.
fn before() -> Timestamp {
    "2026-01-05T00:00:10Z".parse().unwrap()
}

async fn filled() -> Database {
    let database = Database::start().await;
    assert!(migrate(&database, 2).status.success());
    change(&database, FILL).await;
    database
}

async fn change(database: &Database, sql: &str) {
    database.psql("seasense", sql).await.unwrap_or_else(|failure| panic!("{sql}: {failure:?}"));
}

async fn read(database: &Database, before: Timestamp) -> Readings {
    let answer = database.psql("seasense", &readings_query(&before.to_string())).await.unwrap();
    let days = read_readings(&answer.stdout).unwrap().into_iter();
    days.map(|day| ((day.buoy, day.day), Day { count: day.count, digest: day.digest })).collect()
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn readings_that_did_not_change_are_equal() {
    let database = filled().await;
    let stored = read(&database, before()).await;
    assert_eq!(stored.count(), 5);
    assert_eq!(stored.change(&read(&database, before()).await), None);
    // None of these changes what is stored.
    for harmless in [
        "ALTER TABLE observation ADD COLUMN wave_cm integer; ALTER TABLE reading ADD COLUMN note text DEFAULT 'x'",
        "ALTER DATABASE seasense SET timezone = 'Asia/Tokyo'; ALTER DATABASE seasense SET datestyle = 'German'",
        "ALTER DATABASE seasense SET extra_float_digits = -5; ALTER DATABASE seasense SET bytea_output = 'escape'",
        "ALTER TABLE observation ENABLE ROW LEVEL SECURITY; ALTER TABLE observation FORCE ROW LEVEL SECURITY",
        "CLUSTER reading USING reading_by_time; REINDEX TABLE observation; VACUUM FULL observation",
    ] {
        for statement in harmless.split("; ") {
            change(&database, statement).await;
        }
        assert_eq!(stored.change(&read(&database, before()).await), None, "{harmless}");
    }
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn readings_of_days_differ_after_any_change() {
    let database = filled().await;
    let stored = read(&database, before()).await;
    let other = "buoy-001 on 2026-01-01: 3 readings with other values";
    let fewer = "buoy-001 on 2026-01-01: 2 instead of 3 readings";
    let cases = [
        ("UPDATE observation SET value = NULL, qc = 9 WHERE seq = 1 AND parameter_id = 1", other),
        ("UPDATE observation SET qc = 4 WHERE seq = 1 AND parameter_id = 2", other),
        ("UPDATE observation SET qc_tests = 1 WHERE seq = 1 AND parameter_id = 2", other),
        ("UPDATE observation SET value = value + 0.000000000001 WHERE seq = 2 AND parameter_id = 1", other),
        ("UPDATE observation SET depth_cm = 101 WHERE seq = 2 AND parameter_id = 1", other),
        ("DELETE FROM observation WHERE seq = 1 AND parameter_id = 1", other),
        ("UPDATE reading SET content = sha256('x') WHERE seq = 1", other),
        ("UPDATE observation SET parameter_id = 3 WHERE seq = 1 AND parameter_id = 1", other),
        ("DELETE FROM reading WHERE seq = 1", fewer),
        ("UPDATE reading SET observed_at = observed_at - INTERVAL '2 days' WHERE seq = 1", fewer),
    ];
    for (statement, expected) in cases {
        let undone = format!("BEGIN; {statement} AND {BUOY_1}; {}; ROLLBACK", "{}");
        let script = undone.replace("{}", &format!("\n{}\n", readings_query(&before().to_string())));
        let answer = database.psql("seasense", &script).await.unwrap();
        let days = read_readings(&answer.stdout).unwrap().into_iter();
        let after: Readings =
            days.map(|day| ((day.buoy, day.day), Day { count: day.count, digest: day.digest })).collect();
        let change = stored.change(&after).unwrap_or_else(|| panic!("not noticed: {statement}"));
        assert!(change.contains(expected), "{statement}: {change}");
        assert!(!change.contains("buoy-002"), "{statement}: {change}");
    }
    assert_eq!(stored.change(&read(&database, before()).await), None, "a case was not undone");
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn values_that_two_readings_exchange_are_noticed() {
    let database = filled().await;
    change(&database, &format!("UPDATE observation SET value = 20 WHERE seq = 1 AND {BUOY_1}")).await;
    let stored = read(&database, before()).await;
    let exchange = format!(
        "UPDATE observation SET value = CASE seq WHEN 1 THEN 10.25 + parameter_id ELSE 20 END WHERE seq IN (1, 2) AND {BUOY_1}"
    );
    change(&database, &exchange).await;
    assert!(stored.change(&read(&database, before()).await).is_some());
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn later_arrivals_do_not_change_the_comparison() {
    let database = filled().await;
    let stored = read(&database, before()).await;
    let late = "
        INSERT INTO reading (buoy_id, boot_id, seq, observed_at, received_at, latitude, longitude, depth_cm, content)
        SELECT id, 1, 9, '2026-01-01T06:00:00Z', '2026-01-05T00:00:10Z', 48, -5, 100, sha256('late') FROM buoy;
        INSERT INTO observation (observed_at, buoy_id, parameter_id, boot_id, seq, depth_cm, value)
        SELECT observed_at, buoy_id, 1, boot_id, seq, depth_cm, 1 FROM reading WHERE seq = 9;";
    change(&database, late).await;
    assert_eq!(stored.change(&read(&database, before()).await), None);
    let later = before().saturating_add(SignedDuration::from_secs(1)).unwrap();
    assert!(stored.change(&read(&database, later).await).unwrap().contains("4 instead of 3 readings"));
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn database_before_the_first_migration_has_no_readings() {
    assert_eq!(read(&Database::start().await, before()).await, Readings::default());
}
