//! `GET /api/v1/latest`: the newest reading of every buoy.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use seasense::apps::shared::parameter;
use serde::Serialize;
use utoipa::ToSchema;

use super::measured;
use crate::extract::{NoParams, Query};
use crate::pg_timestamp::PgTimestamp;
use crate::problem::Problem;
use crate::state::App;

/// The newest readings.
#[derive(Debug, Serialize, ToSchema)]
pub struct Latest {
    /// The database's clock, from which the age of each reading follows.
    server_time: Timestamp,
    /// One reading per buoy that has sent any, ordered by buoy id.
    readings: Vec<LatestReading>,
}

/// The newest reading of one buoy.
#[derive(Debug, Serialize, ToSchema)]
pub struct LatestReading {
    /// Id of the buoy.
    buoy: String,
    /// When it was measured, by the buoy's clock.
    observed_at: Timestamp,
    /// When it was stored.
    received_at: Timestamp,
    /// When any reading of the buoy was last stored. A reading whose clock is ahead stays the newest for minutes:
    /// only this tells whether the buoy still sends.
    last_received_at: Timestamp,
    /// Degrees north.
    latitude: f64,
    /// Degrees east.
    longitude: f64,
    /// Values by CF standard name, in the units that `/api/v1/parameters` lists.
    values: BTreeMap<&'static str, f64>,
}

#[derive(sqlx::FromRow)]
struct Row {
    code: String,
    observed_at: PgTimestamp,
    received_at: PgTimestamp,
    last_seen: Option<PgTimestamp>,
    latitude: f64,
    longitude: f64,
    parameters: Option<Vec<i16>>,
    measured: Option<Vec<f64>>,
    now: PgTimestamp,
}

/// One index lookup per buoy, independent of the size of the tables.
const LATEST: &str = "
SELECT code, newest.observed_at, received_at, last_seen, latitude, longitude, parameters, measured, now() AS now
FROM buoy
JOIN buoy_activity AS activity ON activity.buoy_id = buoy.id
CROSS JOIN LATERAL (
    SELECT * FROM reading WHERE buoy_id = buoy.id ORDER BY observed_at DESC, boot_id DESC, seq DESC LIMIT 1
) AS newest
CROSS JOIN LATERAL (
    SELECT array_agg(parameter_id) AS parameters, array_agg(value) AS measured
    FROM observation
    WHERE buoy_id = buoy.id AND parameter_id = ANY($1) AND observed_at = newest.observed_at
      AND boot_id = newest.boot_id AND seq = newest.seq AND value IS NOT NULL
) AS observed
WHERE NOT canary
ORDER BY code";

/// Returns the newest reading of every buoy.
#[utoipa::path(
    get, path = "/api/v1/latest", tag = "data", operation_id = "getLatest",
    responses(
        (status = 200, description = "The newest reading of every buoy", body = Latest),
        (status = 422, description = "The query has an unknown parameter", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is unavailable", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(app): State<App>,
    Query(NoParams {}): Query<NoParams>,
) -> Result<Json<Latest>, Problem> {
    // The primary key starts with buoy and parameter: with all parameters listed, the query is an index lookup.
    let parameters: Vec<i16> = parameter::ALL.iter().map(|parameter| parameter.id).collect();
    let rows = app.database.fetch_all(|| sqlx::query_as::<_, Row>(LATEST).bind(&parameters)).await?;
    let server_time = rows.first().map_or_else(Timestamp::now, |row| row.now.0);
    Ok(Json(Latest { server_time, readings: rows.into_iter().map(LatestReading::from).collect() }))
}

impl From<Row> for LatestReading {
    fn from(row: Row) -> Self {
        Self {
            buoy: row.code,
            observed_at: row.observed_at.0,
            received_at: row.received_at.0,
            last_received_at: row.last_seen.map_or(row.received_at.0, |time| time.0.max(row.received_at.0)),
            latitude: row.latitude,
            longitude: row.longitude,
            values: measured::by_name(row.parameters.as_deref(), row.measured.as_deref()),
        }
    }
}
