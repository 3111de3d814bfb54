//! Gives buoys their place in the database, with the hashes of their tokens.

use seasense::apps::shared::token::{CANARIES, CANARY, EnrolmentKey, FLEET, digest, id};
use sqlx::{Connection, PgConnection};

const BUOYS: &str = "
INSERT INTO buoy (code, name, token_sha256, canary)
SELECT code, name, token, $4 FROM UNNEST($1::text[], $2::text[], $3::bytea[]) AS new (code, name, token)
ON CONFLICT (code) DO UPDATE SET token_sha256 = EXCLUDED.token_sha256
    WHERE buoy.token_sha256 <> EXCLUDED.token_sha256";

const ACTIVITY: &str = "
INSERT INTO buoy_activity (buoy_id) SELECT id FROM buoy ON CONFLICT DO NOTHING";

/// Enrols `buoy-001` to `count` and the canaries; answers how many are new or have a new token. Buoys beyond that number
/// stay.
pub async fn all(connection: &mut PgConnection, key: &EnrolmentKey, count: u32) -> sqlx::Result<u64> {
    let mut transaction = connection.begin().await?;
    let mut changed = 0;
    for (kind, called, count) in [(FLEET, "Buoy", count), (CANARY, "Canary", CANARIES)] {
        let codes: Vec<String> = (1..=count).map(|number| id(kind, number)).collect();
        let names: Vec<String> = (1..=count).map(|number| format!("{called} {number:03}")).collect();
        let hashes: Vec<Vec<u8>> = codes.iter().map(|code| digest(&key.token(code)).to_vec()).collect();
        let enrolled = sqlx::query(BUOYS).bind(codes).bind(names).bind(hashes).bind(kind == CANARY);
        changed += enrolled.execute(&mut *transaction).await?.rows_affected();
    }
    sqlx::query(ACTIVITY).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(changed)
}
