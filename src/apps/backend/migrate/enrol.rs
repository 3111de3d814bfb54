//! Gives the buoys of a fleet their place in the database, with the hashes of their tokens.

use seasense::apps::shared::token::{EnrolmentKey, buoy_id, digest};
use sqlx::{Connection, PgConnection};

const BUOYS: &str = "
INSERT INTO buoy (code, name, token_sha256)
SELECT * FROM UNNEST($1::text[], $2::text[], $3::bytea[])
ON CONFLICT (code) DO UPDATE SET token_sha256 = EXCLUDED.token_sha256
    WHERE buoy.token_sha256 <> EXCLUDED.token_sha256";

const ACTIVITY: &str = "
INSERT INTO buoy_activity (buoy_id) SELECT id FROM buoy ON CONFLICT DO NOTHING";

/// Enrols `buoy-001` to `count`; answers how many buoys are new or have a new token. Buoys beyond that number stay.
pub async fn fleet(connection: &mut PgConnection, key: &EnrolmentKey, count: u32) -> sqlx::Result<u64> {
    let codes: Vec<String> = (1..=count).map(buoy_id).collect();
    let names: Vec<String> = (1..=count).map(|number| format!("Buoy {number:03}")).collect();
    let hashes: Vec<Vec<u8>> = codes.iter().map(|code| digest(&key.token(code)).to_vec()).collect();
    let mut transaction = connection.begin().await?;
    let changed = sqlx::query(BUOYS).bind(codes).bind(names).bind(hashes).execute(&mut *transaction).await?;
    sqlx::query(ACTIVITY).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(changed.rows_affected())
}
