//! Enrols buoys in the database, with the hashes of their tokens.

use seasense::apps::shared::token::{EnrolmentKey, FLEET, PROBE, PROBES, digest, id};
use sqlx::{Connection, PgConnection};

/// The column `canary`, named by migration 3, marks probe buoys.
const BUOYS: &str = "
INSERT INTO buoy (code, name, token_sha256, canary)
SELECT code, name, token, $4 FROM UNNEST($1::text[], $2::text[], $3::bytea[]) AS new (code, name, token)
ON CONFLICT (code) DO UPDATE SET token_sha256 = EXCLUDED.token_sha256
    WHERE buoy.token_sha256 <> EXCLUDED.token_sha256";

const ACTIVITY: &str = "
INSERT INTO buoy_activity (buoy_id) SELECT id FROM buoy ON CONFLICT DO NOTHING";

/// Enrols `buoy-001` to `count` and the probe buoys; returns how many are new or have a new token. Other buoys
/// stay enrolled.
pub async fn all(connection: &mut PgConnection, key: &EnrolmentKey, count: u32) -> sqlx::Result<u64> {
    let mut transaction = connection.begin().await?;
    let mut changed = 0;
    for (kind, label, count) in [(FLEET, "Buoy", count), (PROBE, "Probe", PROBES)] {
        let codes: Vec<String> = (1..=count).map(|number| id(kind, number)).collect();
        let names: Vec<String> = (1..=count).map(|number| format!("{label} {number:03}")).collect();
        let hashes: Vec<Vec<u8>> = codes.iter().map(|code| digest(&key.token(code)).to_vec()).collect();
        let enrolled = sqlx::query(BUOYS).bind(codes).bind(names).bind(hashes).bind(kind == PROBE);
        changed += enrolled.execute(&mut *transaction).await?.rows_affected();
    }
    sqlx::query(ACTIVITY).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(changed)
}
