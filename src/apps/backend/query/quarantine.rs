//! `GET /api/v1/quarantine`: readings that were kept, but do not belong to the collection.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::buoys;
use super::span::{Span, time};
use crate::extract::Query;
use crate::limits;
use crate::pg_timestamp::PgTimestamp;
use crate::problem::Problem;
use crate::state::App;

/// The query parameters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Params {
    /// Id of a buoy; default: all buoys of the collection.
    #[param(example = "buoy-001")]
    buoy: Option<String>,
    /// Start of the span of arrival, included; default: a day before `to`.
    #[serde(default, deserialize_with = "time")]
    from: Option<Timestamp>,
    /// End of the span of arrival, excluded; default: now.
    #[serde(default, deserialize_with = "time")]
    to: Option<Timestamp>,
    /// Only readings after this number; `next` of the answer before.
    #[serde(default)]
    #[param(required = false)]
    after: i64,
}

/// Kept readings, in the order of their arrival.
#[derive(Debug, Serialize, ToSchema)]
pub struct Quarantine {
    /// Number of readings in the span, of which an answer has at most 1000.
    total: i64,
    /// The readings.
    readings: Vec<Kept>,
    /// The value of `after` for the next ones; null after the last.
    #[schema(required)]
    next: Option<i64>,
}

/// A reading that was kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct Kept {
    /// Its number in the quarantine.
    id: i64,
    /// Id of the buoy.
    buoy: String,
    /// Number of the buoy's start.
    boot_id: i64,
    /// Sequence number since that start.
    seq: i64,
    /// When it arrived, by the server's clock.
    received_at: Timestamp,
    /// Why it does not belong to the collection.
    reason: String,
    /// The reading as it was sent.
    #[schema(value_type = Object)]
    reading: Box<RawValue>,
}

const TOTAL: &str = "
SELECT count(*) FROM quarantine JOIN buoy ON buoy.id = buoy_id
WHERE received_at >= $1 AND received_at < $2 AND (buoy.id = $3 OR ($3::integer IS NULL AND NOT canary))";

const PAGE: &str = "
SELECT kept.id, code, boot_id, seq, received_at, reason, reading::text
FROM quarantine AS kept JOIN buoy ON buoy.id = buoy_id
WHERE received_at >= $1 AND received_at < $2 AND (buoy.id = $3 OR ($3::integer IS NULL AND NOT canary))
  AND kept.id > $4
ORDER BY kept.id LIMIT $5";

type Row = (i64, String, i64, i64, PgTimestamp, String, String);

/// Returns readings that were kept, but do not belong to the collection: with an impossible clock, or under the
/// number of another reading.
#[utoipa::path(
    get, path = "/api/v1/quarantine", tag = "data", operation_id = "getQuarantine", params(Params),
    responses(
        (status = 200, description = "The kept readings", body = Quarantine),
        (status = 404, description = "The buoy does not exist", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The query is invalid or exceeds a limit", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is unavailable", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(State(app): State<App>, Query(params): Query<Params>) -> Result<Json<Quarantine>, Problem> {
    let span = Span::new(params.from, params.to, limits::RAW_SPAN, Timestamp::now())?;
    let found = app.database.retry(|| async {
        let mut session = app.database.session().await?;
        let key = buoys::named(&mut session, params.buoy.as_deref()).await?;
        let total = sqlx::query_scalar::<_, i64>(TOTAL).bind(span.from).bind(span.to).bind(key);
        let total = total.fetch_one(&mut *session.connection).await;
        let total = session.check(total)?;
        let page = sqlx::query_as::<_, Row>(PAGE).bind(span.from).bind(span.to).bind(key);
        let page = page.bind(params.after).bind(limits::QUARANTINE_PAGE);
        let page = page.fetch_all(&mut *session.connection).await;
        Ok((total, session.check(page)?))
    });
    let (total, rows) = found.await?;
    let is_full = i64::try_from(rows.len()) == Ok(limits::QUARANTINE_PAGE);
    let readings = rows.into_iter().map(Kept::try_from).collect::<Result<Vec<_>, _>>()?;
    let next = readings.last().map(|kept| kept.id).filter(|_| is_full);
    Ok(Json(Quarantine { total, readings, next }))
}

impl TryFrom<Row> for Kept {
    type Error = Problem;

    fn try_from((id, buoy, boot_id, seq, received_at, reason, reading): Row) -> Result<Self, Problem> {
        let reading = RawValue::from_string(reading).map_err(|_| Problem::internal())?;
        Ok(Self { id, buoy, boot_id, seq, received_at: received_at.0, reason, reading })
    }
}
