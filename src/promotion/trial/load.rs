//! The SQL of the load: writes as the buoys make them, and the queries of the API.
//!
//! Each session repeats one request and notes when it began and ended, by the server's clock. It only uses what every
//! version of the schema has: a test runs it on the newest one.

/// A session of the load.
pub(super) struct Worker {
    /// What its requests do.
    pub name: &'static str,
    /// The buoy that it writes or reads.
    pub buoy: &'static str,
    /// The statements of a request.
    body: &'static str,
}

/// All sessions of the load.
pub(super) const WORKERS: [Worker; 4] = [
    Worker { name: "store a reading", buoy: "trial-1", body: STORE },
    Worker { name: "store a reading of another buoy", buoy: "trial-2", body: STORE },
    Worker { name: "read the newest readings", buoy: "trial-3", body: NEWEST },
    Worker { name: "read a series", buoy: "trial-4", body: SERIES },
];

/// The time after which the load ends, even without being stopped.
const LIMIT: &str = "15 minutes";

const STORE: &str = "
      PERFORM 1 FROM buoy_activity WHERE buoy_id = ours FOR NO KEY UPDATE;
      WITH new AS (
        INSERT INTO reading (buoy_id, boot_id, seq, observed_at, latitude, longitude, depth_cm, content)
        VALUES (ours, boot, turn, clock_timestamp(), 48, -5, 100, sha256(turn::text::bytea))
        ON CONFLICT DO NOTHING RETURNING seq, observed_at, depth_cm
      ), measured AS (
        INSERT INTO observation (observed_at, buoy_id, parameter_id, boot_id, seq, depth_cm, value)
        SELECT new.observed_at, ours, parameter.id, boot, new.seq, new.depth_cm, 7 FROM new CROSS JOIN parameter
      )
      UPDATE buoy_activity SET readings = readings + (SELECT count(*) FROM new), last_seen = now() WHERE buoy_id = ours;";

const NEWEST: &str = "
      PERFORM sum(readings), count(*), max(last_seen) FROM buoy JOIN buoy_activity ON buoy_id = id;
      PERFORM code, newest.observed_at, latitude, longitude, measured FROM buoy
      CROSS JOIN LATERAL (
        SELECT * FROM reading WHERE buoy_id = buoy.id ORDER BY observed_at DESC, boot_id DESC, seq DESC LIMIT 1
      ) AS newest
      CROSS JOIN LATERAL (
        SELECT array_agg(value) AS measured FROM observation
        WHERE buoy_id = buoy.id AND parameter_id IN (1, 2, 3, 4) AND observed_at = newest.observed_at
      ) AS observed;";

const SERIES: &str = "
      PERFORM time_bucket(INTERVAL '1 hour', observed_at), avg(value), min(value), max(value), count(value)
      FROM observation
      WHERE buoy_id = ours AND parameter_id = 1 AND observed_at > now() - INTERVAL '7 days' AND qc IN (1, 2) GROUP BY 1;";

/// Repeats `body` until the trial `number` is stopped.
fn repeated(number: usize, declared: &str, body: &str) -> String {
    format!(
        "SET application_name = 'seasense-trial';
DO $load$
DECLARE
  last constant timestamptz := clock_timestamp() + INTERVAL '{LIMIT}';
  turn bigint := 0; began timestamptz; fault text;{declared}
BEGIN
  WHILE clock_timestamp() < last AND NOT EXISTS (SELECT FROM seasense_trial.stop WHERE trial = {number}) LOOP
    turn := turn + 1;{body}
    COMMIT;
    PERFORM pg_sleep(0.005);
  END LOOP;
END $load$;
"
    )
}

/// Returns the script of a session of the load in the trial `number`.
pub(super) fn worker(number: usize, worker: &Worker) -> String {
    let Worker { name, buoy, body } = worker;
    let declared = format!(
        "\n  boot constant bigint := 1000 + {number}; ours constant integer := (SELECT id FROM buoy WHERE code = '{buoy}');"
    );
    // The subtransaction keeps a failed request from ending the load.
    let body = format!(
        "
    fault := NULL; began := clock_timestamp();
    BEGIN{body}
    EXCEPTION WHEN OTHERS THEN fault := SQLERRM;
    END;
    COMMIT;
    INSERT INTO seasense_trial.request VALUES ({number}, '{name}', began, clock_timestamp(), fault);"
    );
    format!("SET SESSION AUTHORIZATION seasense;\n{}", repeated(number, &declared, &body))
}

/// Returns the script of the session that watches the locks of the migration in the trial `number`.
///
/// It notes only locks that keep others from writing or reading.
pub(super) fn watcher(number: usize) -> String {
    let body = format!(
        "
    INSERT INTO seasense_trial.lock
    SELECT {number}, clock_timestamp(), coalesce(class.relname::text, held.locktype), held.mode, held.granted
    FROM pg_locks AS held LEFT JOIN pg_class AS class ON class.oid = held.relation
    LEFT JOIN pg_namespace AS space ON space.oid = class.relnamespace
    WHERE held.pid = (SELECT pid FROM seasense_trial.session WHERE trial = {number})
      AND (NOT held.granted OR space.nspname = 'public' AND class.relkind IN ('r', 'p')
           AND held.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'));"
    );
    repeated(number, "", &body)
}
