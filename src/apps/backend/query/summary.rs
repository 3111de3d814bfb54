//! `GET /api/v1/summary`: how much there is and how fresh it is.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::database::patiently;
use crate::moment::Moment;
use crate::problem::Problem;
use crate::state::App;

/// The whole collection in numbers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Summary {
    /// Readings that are stored, exactly.
    readings: i64,
    /// Buoys that are enrolled.
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

/// Counters are kept per buoy in the transaction that stores the readings, so the sum is exact and cheap.
const SUMMARY: &str = "
SELECT coalesce(sum(readings), 0)::bigint, count(*), max(latest_observed_at), max(last_seen), now()
FROM buoy JOIN buoy_activity ON buoy_id = id WHERE NOT canary";

type Row = (i64, i64, Option<Moment>, Option<Moment>, Moment);

/// Tells how many readings and buoys there are, and how fresh the data is.
#[utoipa::path(
    get, path = "/api/v1/summary", tag = "data", operation_id = "getSummary",
    responses(
        (status = 200, description = "The collection in numbers", body = Summary),
        (status = 503, description = "The database does not answer now", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(State(app): State<App>) -> Result<Json<Summary>, Problem> {
    let row = patiently(|| async {
        let mut session = app.database.session().await?;
        let row = sqlx::query_as::<_, Row>(SUMMARY).fetch_one(&mut *session.connection).await;
        session.check(row)
    });
    let (readings, buoys, observed, received, now) = row.await?;
    Ok(Json(Summary {
        readings,
        buoys,
        latest_observed_at: observed.map(|moment| moment.0),
        latest_received_at: received.map(|moment| moment.0),
        server_time: now.0,
    }))
}
