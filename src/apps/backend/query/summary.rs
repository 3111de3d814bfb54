//! `GET /api/v1/summary`: the size and freshness of the collection.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::{NoParams, Query};
use crate::pg_timestamp::PgTimestamp;
use crate::problem::Problem;
use crate::state::App;

/// The whole collection in numbers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Summary {
    /// Exact number of stored readings.
    readings: i64,
    /// Number of enrolled buoys.
    buoys: i64,
    /// When the newest reading was measured.
    #[schema(required)]
    latest_observed_at: Option<Timestamp>,
    /// When the last reading was stored.
    #[schema(required)]
    latest_received_at: Option<Timestamp>,
    /// The database's clock.
    server_time: Timestamp,
}

/// The transaction that stores readings also updates a counter per buoy, so the sum is exact and cheap.
const SUMMARY: &str = "
SELECT coalesce(sum(readings), 0)::bigint, count(*), max(latest_observed_at), max(last_seen), now()
FROM buoy JOIN buoy_activity ON buoy_id = id WHERE NOT canary";

type Row = (i64, i64, Option<PgTimestamp>, Option<PgTimestamp>, PgTimestamp);

/// Returns the number of readings and buoys, and the freshness of the data.
#[utoipa::path(
    get, path = "/api/v1/summary", tag = "data", operation_id = "getSummary",
    responses(
        (status = 200, description = "The collection in numbers", body = Summary),
        (status = 422, description = "The query has an unknown parameter", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is unavailable", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(app): State<App>,
    Query(NoParams {}): Query<NoParams>,
) -> Result<Json<Summary>, Problem> {
    let row = app.database.fetch_one(|| sqlx::query_as::<_, Row>(SUMMARY)).await?;
    let (readings, buoys, observed, received, now) = row;
    Ok(Json(Summary {
        readings,
        buoys,
        latest_observed_at: observed.map(|time| time.0),
        latest_received_at: received.map(|time| time.0),
        server_time: now.0,
    }))
}
