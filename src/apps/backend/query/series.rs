//! `GET /api/v1/series`: one parameter of one buoy over time, as means over buckets.

use axum::Json;
use axum::extract::State;
use jiff::{SignedDuration, Timestamp};
use seasense::apps::shared::parameter;
use serde::{Deserialize, Serialize};
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
    /// Id of the buoy.
    #[param(example = "buoy-001")]
    buoy: String,
    /// CF standard name of the parameter.
    #[param(example = "sea_water_temperature")]
    parameter: String,
    /// Start of the span, included; default: a day before `to`.
    #[serde(default, deserialize_with = "time")]
    from: Option<Timestamp>,
    /// End of the span, excluded; default: now.
    #[serde(default, deserialize_with = "time")]
    to: Option<Timestamp>,
    /// Length of a bucket.
    #[serde(default)]
    #[param(inline, required = false)]
    bucket: Bucket,
}

/// Length of a bucket. A query with buckets of a minute spans at most 31 days, any other at most 366 days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
enum Bucket {
    #[serde(rename = "60s")]
    Minute,
    #[default]
    #[serde(rename = "10m")]
    TenMinutes,
    #[serde(rename = "1h")]
    Hour,
    #[serde(rename = "1d")]
    Day,
}

impl Bucket {
    const fn seconds(self) -> u32 {
        match self {
            Self::Minute => 60,
            Self::TenMinutes => 600,
            Self::Hour => 3600,
            Self::Day => 86_400,
        }
    }

    const fn longest_span(self) -> SignedDuration {
        match self {
            Self::Minute => limits::RAW_SPAN,
            _ => limits::BUCKETED_SPAN,
        }
    }
}

/// A parameter over time.
#[derive(Debug, Serialize, ToSchema)]
pub struct Series {
    /// Id of the buoy.
    buoy: String,
    /// CF standard name of the parameter.
    parameter: &'static str,
    /// Unit of all values.
    unit: &'static str,
    /// Length of a bucket, seconds.
    bucket_s: u32,
    /// Buckets with data, oldest first.
    points: Vec<Point>,
}

/// One bucket.
#[derive(Debug, Serialize, ToSchema)]
pub struct Point {
    /// Start of the bucket.
    t: Timestamp,
    /// Mean of its values.
    avg: f64,
    /// Smallest value.
    min: f64,
    /// Largest value.
    max: f64,
    /// Number of values.
    count: i64,
}

/// Excludes values that failed a quality test or are suspect.
const SERIES: &str = "
SELECT time_bucket(make_interval(secs => $5), observed_at), avg(value), min(value), max(value), count(value)
FROM observation
WHERE buoy_id = $1 AND parameter_id = $2 AND observed_at >= $3 AND observed_at < $4 AND qc IN (1, 2)
GROUP BY 1 ORDER BY 1";

type Row = (PgTimestamp, f64, f64, f64, i64);

/// Returns one parameter of one buoy over time.
#[utoipa::path(
    get, path = "/api/v1/series", tag = "data", operation_id = "getSeries", params(Params),
    responses(
        (status = 200, description = "The buckets with data", body = Series),
        (status = 404, description = "The buoy does not exist", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The query is invalid or exceeds a limit", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is unavailable", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(State(app): State<App>, Query(params): Query<Params>) -> Result<Json<Series>, Problem> {
    let parameter = parameter::by_name(&params.parameter).ok_or_else(unknown_parameter)?;
    let span = Span::new(params.from, params.to, params.bucket.longest_span(), Timestamp::now())?;
    let bucket_s = params.bucket.seconds();
    let rows = app.database.retry(|| async {
        let mut session = app.database.session().await?;
        let key = buoys::key(&mut session.connection, &params.buoy).await;
        let key = session.check(key)?.ok_or_else(|| buoys::unknown(&params.buoy))?;
        let rows = sqlx::query_as::<_, Row>(SERIES)
            .bind(key)
            .bind(parameter.id)
            .bind(span.from)
            .bind(span.to)
            .bind(f64::from(bucket_s))
            .fetch_all(&mut *session.connection)
            .await;
        session.check(rows)
    });
    let point = |(t, avg, min, max, count): Row| Point { t: t.0, avg, min, max, count };
    let points = rows.await?.into_iter().map(point).collect();
    Ok(Json(Series { buoy: params.buoy, parameter: parameter.name, unit: parameter.unit, bucket_s, points }))
}

fn unknown_parameter() -> Problem {
    let names: Vec<&str> = parameter::ALL.iter().map(|parameter| parameter.name).collect();
    Problem::invalid_query("parameter", format!("must be one of {}", names.join(", ")))
}
