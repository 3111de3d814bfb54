//! The SQL that makes the copy, runs a migration, and reads the measurements.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{files::File, load::WORKERS};

/// Starts a line about the progress of a migration.
pub(super) const MARK: &str = "seasense-trial";
/// The longest time of one statement of a migration.
const LIMIT: &str = "5min";
/// How long the load runs before a migration.
const BEFORE: &str = "1 second";

/// Removes the copy of an earlier run.
pub(super) fn remove(database: &str) -> String {
    format!("DROP DATABASE IF EXISTS {database} WITH (FORCE);\n")
}

/// Creates the database of the copy.
pub(super) fn create(database: &str) -> String {
    format!("{}CREATE DATABASE {database} OWNER seasense;\n", remove(database))
}

/// Prepares the database of the copy.
pub(super) const PREPARE: &str = "
CREATE EXTENSION IF NOT EXISTS timescaledb;
CREATE SCHEMA seasense_trial AUTHORIZATION seasense;
SET SESSION AUTHORIZATION seasense;
CREATE TABLE seasense_trial.stop (trial bigint);
CREATE TABLE seasense_trial.session (trial bigint, pid integer);
CREATE TABLE seasense_trial.request (trial bigint, name text, began timestamptz, ended timestamptz, fault text);
CREATE TABLE seasense_trial.lock (trial bigint, at timestamptz, name text, mode text, granted boolean);
";

/// Fills the copy with `readings` readings of 20 buoys over the last 30 days. Writes them to disk, which would slow down
/// the requests otherwise.
pub(super) fn fill(readings: u64) -> String {
    let each = readings / 20;
    format!(
        "SET SESSION AUTHORIZATION seasense;
INSERT INTO buoy (code, name, token_sha256)
SELECT 'trial-' || n, 'Trial ' || n, sha256(n::text::bytea) FROM generate_series(1, 20) AS n;
INSERT INTO buoy_activity (buoy_id, readings, last_seen) SELECT id, {each}, now() FROM buoy;
INSERT INTO reading (buoy_id, boot_id, seq, observed_at, latitude, longitude, depth_cm, content)
SELECT buoy.id, 1, n, now() - n * (INTERVAL '30 days' / {each}), 48, -5, 100, sha256(n::text::bytea)
FROM buoy CROSS JOIN generate_series(1, {each}) AS n;
INSERT INTO observation (observed_at, buoy_id, parameter_id, boot_id, seq, depth_cm, value)
SELECT observed_at, buoy_id, parameter.id, boot_id, seq, depth_cm, 7 + seq % 5 FROM reading CROSS JOIN parameter;
ANALYZE buoy, buoy_activity, reading, observation;
RESET SESSION AUTHORIZATION;
CHECKPOINT;
"
    )
}

/// Applies a migration that the target has applied.
pub(super) fn apply(file: &File) -> String {
    format!("SET SESSION AUTHORIZATION seasense;\n{}", statements(file))
}

/// Applies the migration of the trial `number` once every session of the load has made requests.
pub(super) fn attempt(number: usize, file: &File) -> String {
    format!(
        "SET SESSION AUTHORIZATION seasense;
INSERT INTO seasense_trial.session VALUES ({number}, pg_backend_pid());
{}SELECT pg_sleep_for('{BEFORE}') \\g /dev/null
SET statement_timeout = '{LIMIT}';
{}",
        await_requests(number, "-infinity"),
        statements(file)
    )
}

/// Waits until every session of the load has begun and ended a request after `since`.
fn await_requests(number: usize, since: &str) -> String {
    let sessions = WORKERS.len();
    format!(
        "DO $wait$
DECLARE last constant timestamptz := clock_timestamp() + INTERVAL '1 minute';
BEGIN
  WHILE (SELECT count(DISTINCT name) FROM seasense_trial.request WHERE trial = {number} AND began > '{since}') < {sessions} LOOP
    IF clock_timestamp() > last THEN RAISE EXCEPTION 'the load does not run'; END IF;
    COMMIT;
    PERFORM pg_sleep(0.05);
  END LOOP;
END $wait$;
"
    )
}

/// Runs every statement of a file and prints when it began; ends at the first one that fails.
///
/// `\\gexec` sends a statement as it is: no text of a migration is a command of psql.
fn statements(file: &File) -> String {
    let transaction = !file.has_no_transaction();
    let stop = "\\if :ERROR\n\\q\n\\endif\n";
    let mark = |what: &str| format!("SELECT '{MARK}', {what}, extract(epoch FROM clock_timestamp());\n");
    let mut text = "\\set ON_ERROR_STOP 0\n".to_owned();
    if transaction {
        text += "BEGIN;\n";
    }
    for (at, (_, sql)) in file.statements().into_iter().enumerate() {
        let sql = STANDARD.encode(sql);
        text += &mark(&at.to_string());
        text += &format!(
            "\\o /dev/null\nSELECT convert_from(decode('{sql}', 'base64'), 'UTF8') \\gexec\n\\o\n{stop}"
        );
    }
    if transaction {
        text += &format!("COMMIT;\n{stop}");
    }
    text + &mark("'end'")
}

/// Waits until every session of the load has made a request since `ended`.
pub(super) fn settle(number: usize, ended: f64) -> String {
    format!(
        "SET timezone = 'UTC';\nSET SESSION AUTHORIZATION seasense;\n{}",
        await_requests(number, &rfc(ended))
    )
}

/// Ends the load of the trial `number`.
pub(super) fn stop(number: usize) -> String {
    format!("INSERT INTO seasense_trial.stop VALUES ({number});\n")
}

/// Reads the measurements of the trial `number`, whose migration ran from `began` to `ended`.
pub(super) fn measured(number: usize, (began, ended): (f64, f64)) -> String {
    let (began, ended) = (rfc(began), rfc(ended));
    format!(
        "SET timezone = 'UTC';
CREATE TEMPORARY VIEW request AS SELECT *, ended >= '{began}' AS after,
  (1000 * extract(epoch FROM ended - began))::bigint AS ms, translate(fault, E'\\n\\r', '  ') AS fault_text
  FROM seasense_trial.request WHERE trial = {number};
SELECT 'load', count(*) FILTER (WHERE after), count(fault) FILTER (WHERE after),
  coalesce(max(ms) FILTER (WHERE NOT after), 0) FROM request;
SELECT 'early', name, fault_text FROM request WHERE fault IS NOT NULL AND NOT after ORDER BY began LIMIT 1;
SELECT 'fault', name, fault_text FROM request WHERE fault IS NOT NULL AND after ORDER BY began LIMIT 1;
SELECT 'stall', ms, extract(epoch FROM began), extract(epoch FROM ended), name FROM request
  WHERE after AND began <= '{ended}' ORDER BY ended - began DESC LIMIT 1;
SELECT 'lock', name, mode,
  coalesce(1000 * extract(epoch FROM max(at) FILTER (WHERE granted) - min(at) FILTER (WHERE granted)), 0)::bigint,
  coalesce(1000 * extract(epoch FROM max(at) FILTER (WHERE NOT granted) - min(at) FILTER (WHERE NOT granted)), 0)::bigint
  FROM seasense_trial.lock WHERE trial = {number} GROUP BY 2, 3 ORDER BY 4 DESC, 2, 3;
"
    )
}

/// Seconds since 1970 as a text that PostgreSQL reads as a time in UTC.
fn rfc(seconds: f64) -> String {
    let micros = (seconds * 1e6).round();
    #[expect(clippy::cast_possible_truncation, reason = "a time of this century fits")]
    let time = jiff::Timestamp::from_microsecond(micros as i64).unwrap_or_default();
    time.to_string()
}
