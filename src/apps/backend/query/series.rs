//! `GET /api/v1/series`: one parameter of one buoy over time, as means over buckets.

use axum::Json;
use axum::extract::State;
use jiff::{SignedDuration, Timestamp};
use seasense::apps::shared::parameter;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::buoys;
use super::span::Span;
use crate::database::patiently;
use crate::extract::Query;
use crate::limits;
use crate::moment::Moment;
use crate::problem::Problem;
use crate::state::App;

/// What to answer.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Id of the buoy.
    #[param(example = "buoy-001")]
    buoy: String,
    /// CF standard name of the parameter.
    #[param(example = "sea_water_temperature")]
    parameter: String,
    /// First moment; a day before `to` where it is not given.
    from: Option<Timestamp>,
    /// Moment after the last; now where it is not given.
    to: Option<Timestamp>,
    /// Length of a bucket.
    #[serde(default)]
    #[param(inline, required = false)]
    bucket: Bucket,
}

/// Length of a bucket. Minutes can be asked for over 31 days, the others over 366 days.
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
    /// Buckets that hold data, oldest first.
    points: Vec<Point>,
}

/// One bucket.
#[derive(Debug, Serialize, ToSchema)]
pub struct Point {
    /// Where the bucket begins.
    t: Timestamp,
    /// Mean of its values.
    avg: f64,
    /// Smallest value.
    min: f64,
    /// Largest value.
    max: f64,
    /// How many values.
    count: i64,
}

/// Values that failed a quality test, or are suspect, do not count.
const SERIES: &str = "
SELECT time_bucket(make_interval(secs => $5), observed_at), avg(value), min(value), max(value), count(value)
FROM observation
WHERE buoy_id = $1 AND parameter_id = $2 AND observed_at >= $3 AND observed_at < $4 AND qc IN (1, 2)
GROUP BY 1 ORDER BY 1";

type Row = (Moment, f64, f64, f64, i64);

/// Answers one parameter of one buoy over time.
#[utoipa::path(
    get, path = "/api/v1/series", tag = "data", operation_id = "getSeries", params(Wanted),
    responses(
        (status = 200, description = "The buckets that hold data", body = Series),
        (status = 404, description = "There is no such buoy", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The query is wrong, or asks for too much", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database does not answer now", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(State(app): State<App>, Query(wanted): Query<Wanted>) -> Result<Json<Series>, Problem> {
    let parameter = parameter::by_name(&wanted.parameter).ok_or_else(unknown_parameter)?;
    let span = Span::new(wanted.from, wanted.to, wanted.bucket.longest_span(), Timestamp::now())?;
    let bucket_s = wanted.bucket.seconds();
    let rows = patiently(|| async {
        let mut session = app.database.session().await?;
        let key = buoys::key(&mut session.connection, &wanted.buoy).await;
        let key = session.check(key)?.ok_or_else(|| buoys::unknown(&wanted.buoy))?;
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
    Ok(Json(Series { buoy: wanted.buoy, parameter: parameter.name, unit: parameter.unit, bucket_s, points }))
}

fn unknown_parameter() -> Problem {
    let names: Vec<&str> = parameter::ALL.iter().map(|parameter| parameter.name).collect();
    Problem::invalid(format!("parameter: must be one of {}", names.join(", ")))
}
