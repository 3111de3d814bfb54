//! Stores a batch in one transaction.

use std::collections::{HashMap, HashSet};

use seasense::apps::shared::parameter;
use sqlx::{Connection, PgConnection};

use super::batch::{Candidate, CheckedBatch, Stored};
use super::content::Fingerprint;
use super::refused::Kept;
use crate::pg_timestamp::PgTimestamp;

/// Readings, values and the buoy's counters in one statement: values are inserted for new readings only.
const INSERT: &str = "
WITH new AS (
    INSERT INTO reading (buoy_id, boot_id, seq, observed_at, latitude, longitude, depth_cm, content)
    SELECT $1, $2, * FROM UNNEST($3::bigint[], $4::timestamptz[], $5::float8[], $6::float8[], $7::int[], $8::bytea[])
    ON CONFLICT DO NOTHING
    RETURNING seq, observed_at, depth_cm
), measured AS (
    INSERT INTO observation (observed_at, buoy_id, parameter_id, boot_id, seq, depth_cm, value)
    SELECT new.observed_at, $1, value.parameter_id, $2, new.seq, new.depth_cm, value.value
    FROM UNNEST($9::bigint[], $10::smallint[], $11::float8[]) AS value (seq, parameter_id, value)
    JOIN new USING (seq)
), counted AS (
    UPDATE buoy_activity
    SET readings = readings + (SELECT count(*) FROM new),
        first_seen = LEAST(first_seen, now()),
        last_seen = now(),
        latest_observed_at = GREATEST(latest_observed_at, (SELECT max(observed_at) FROM new))
    WHERE buoy_id = $1 AND EXISTS (SELECT FROM new)
)
SELECT seq FROM new";

const QUARANTINE: &str = "
INSERT INTO quarantine (buoy_id, boot_id, seq, reason, reading, content)
SELECT $1, $2, seq, reason, reading::jsonb, content
FROM UNNEST($3::bigint[], $4::text[], $5::text[], $6::bytea[]) AS kept (seq, reason, reading, content)
ON CONFLICT DO NOTHING";

/// Stores new readings, quarantines rejected ones that are kept, and commits.
pub async fn commit(
    connection: &mut PgConnection,
    buoy_id: i32,
    batch: &CheckedBatch,
) -> sqlx::Result<Stored> {
    let mut transaction = connection.begin().await?;
    // Serialises the batches of one buoy: two batches with the same readings in different order could deadlock.
    sqlx::query("SELECT FROM buoy_activity WHERE buoy_id = $1 FOR NO KEY UPDATE")
        .bind(buoy_id)
        .execute(&mut *transaction)
        .await?;
    let candidates: Vec<&Candidate> = batch.to_store().collect();
    let new = insert(&mut transaction, buoy_id, batch.boot_id, &candidates).await?;
    let taken =
        candidates.iter().map(|candidate| candidate.reading.seq).filter(|seq| !new.contains(seq)).collect();
    let known = known(&mut transaction, buoy_id, batch.boot_id, taken).await?;
    let stored = Stored { new, known };
    let kept = batch.to_quarantine(&stored).map_err(|error| sqlx::Error::Encode(error.into()))?;
    quarantine(&mut transaction, buoy_id, batch.boot_id, &kept).await?;
    transaction.commit().await?;
    Ok(stored)
}

async fn insert(
    connection: &mut PgConnection,
    buoy_id: i32,
    boot_id: i64,
    candidates: &[&Candidate],
) -> sqlx::Result<HashSet<i64>> {
    if candidates.is_empty() {
        return Ok(HashSet::new());
    }
    let readings = || candidates.iter().map(|candidate| &candidate.reading);
    let values: Vec<(i64, i16, f64)> = readings()
        .flat_map(|reading| {
            let known =
                |(name, value): (&String, &f64)| Some((reading.seq, parameter::by_name(name)?.id, *value));
            reading.values.iter().filter_map(known)
        })
        .collect();
    let new = sqlx::query_scalar(INSERT)
        .bind(buoy_id)
        .bind(boot_id)
        .bind(readings().map(|reading| reading.seq).collect::<Vec<_>>())
        .bind(readings().map(|reading| PgTimestamp(reading.observed_at)).collect::<Vec<_>>())
        .bind(readings().map(|reading| reading.latitude).collect::<Vec<_>>())
        .bind(readings().map(|reading| reading.longitude).collect::<Vec<_>>())
        .bind(readings().map(|reading| reading.depth_cm).collect::<Vec<_>>())
        .bind(candidates.iter().map(|candidate| candidate.content.to_vec()).collect::<Vec<_>>())
        .bind(values.iter().map(|value| value.0).collect::<Vec<_>>())
        .bind(values.iter().map(|value| value.1).collect::<Vec<_>>())
        .bind(values.iter().map(|value| value.2).collect::<Vec<_>>())
        .fetch_all(connection)
        .await?;
    Ok(new.into_iter().collect())
}

/// Returns the content stored under the sequence numbers that were in use.
async fn known(
    connection: &mut PgConnection,
    buoy_id: i32,
    boot_id: i64,
    taken: Vec<i64>,
) -> sqlx::Result<HashMap<i64, Fingerprint>> {
    if taken.is_empty() {
        return Ok(HashMap::new());
    }
    let stored: Vec<(i64, Fingerprint)> = sqlx::query_as(
        "SELECT seq, content FROM reading WHERE buoy_id = $1 AND boot_id = $2 AND seq = ANY($3)",
    )
    .bind(buoy_id)
    .bind(boot_id)
    .bind(taken)
    .fetch_all(connection)
    .await?;
    Ok(stored.into_iter().collect())
}

async fn quarantine(
    connection: &mut PgConnection,
    buoy_id: i32,
    boot_id: i64,
    kept: &[Kept],
) -> sqlx::Result<()> {
    if kept.is_empty() {
        return Ok(());
    }
    tracing::warn!(buoy_id, boot_id, count = kept.len(), first = kept[0].reason, "readings are quarantined");
    sqlx::query(QUARANTINE)
        .bind(buoy_id)
        .bind(boot_id)
        .bind(kept.iter().map(|kept| kept.seq).collect::<Vec<_>>())
        .bind(kept.iter().map(|kept| kept.reason.as_str()).collect::<Vec<_>>())
        .bind(kept.iter().map(|kept| kept.reading.as_str()).collect::<Vec<_>>())
        .bind(kept.iter().map(|kept| kept.content.to_vec()).collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}
