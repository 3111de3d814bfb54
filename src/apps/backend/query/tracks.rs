//! `GET /api/v1/tracks`: the tracks of the buoys as `GeoJSON` (RFC 7946).

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::antimeridian::Geometry;
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
    /// Start of the span, included; default: a day before `to`.
    #[serde(default, deserialize_with = "time")]
    from: Option<Timestamp>,
    /// End of the span, excluded; default: now.
    #[serde(default, deserialize_with = "time")]
    to: Option<Timestamp>,
    /// Id of a buoy; default: all buoys of the collection.
    #[param(example = "buoy-001")]
    buoy: Option<String>,
}

/// A `GeoJSON` feature collection of tracks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tracks {
    /// Always `FeatureCollection`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// One line per buoy with at least two positions, ordered by buoy id.
    features: Vec<Track>,
}

/// The track of one buoy.
#[derive(Debug, Serialize, ToSchema)]
pub struct Track {
    /// Always `Feature`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The line.
    geometry: Geometry,
    /// The buoy and the time span.
    properties: Properties,
}

/// The buoy and the time span of a track.
#[derive(Debug, Serialize, ToSchema)]
pub struct Properties {
    /// Id of the buoy.
    buoy: String,
    /// Name of the buoy.
    name: String,
    /// Time of the first position.
    from: Timestamp,
    /// Time of the last position.
    to: Timestamp,
    /// Number of measured positions in the line.
    points: usize,
}

/// The span is divided into slices; a track has the last position of each.
const TRACKS: &str = "
SELECT code, name, begins, ends, latitudes, longitudes
FROM buoy
CROSS JOIN LATERAL (
    SELECT min(observed) AS begins, max(observed) AS ends,
           array_agg(latitude ORDER BY observed) AS latitudes, array_agg(longitude ORDER BY observed) AS longitudes
    FROM (
        SELECT max(observed_at) AS observed, last(latitude, observed_at) AS latitude,
               last(longitude, observed_at) AS longitude
        FROM reading
        WHERE buoy_id = buoy.id AND observed_at >= $1 AND observed_at < $2
        GROUP BY time_bucket(make_interval(secs => $3), observed_at)
    ) AS thinned
    HAVING count(*) >= 2
) AS line
WHERE id = $4 OR ($4::integer IS NULL AND NOT canary)
ORDER BY code";

type Row = (String, String, PgTimestamp, PgTimestamp, Vec<f64>, Vec<f64>);

/// Returns the tracks of the buoys.
#[utoipa::path(
    get, path = "/api/v1/tracks", tag = "data", operation_id = "getTracks", params(Params),
    responses(
        (status = 200, description = "One line per buoy", body = Tracks, content_type = "application/geo+json"),
        (status = 404, description = "The buoy does not exist", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The query is invalid or exceeds a limit", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is unavailable", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(State(app): State<App>, Query(params): Query<Params>) -> Result<Response, Problem> {
    let span = Span::new(params.from, params.to, limits::RAW_SPAN, Timestamp::now())?;
    let slice_s = (span.seconds() / f64::from(limits::TRACK_POINTS)).ceil();
    let rows = app.database.retry(|| async {
        let mut session = app.database.session().await?;
        let key = buoys::named(&mut session, params.buoy.as_deref()).await?;
        let query = sqlx::query_as::<_, Row>(TRACKS).bind(span.from).bind(span.to).bind(slice_s).bind(key);
        let rows = query.fetch_all(&mut *session.connection).await;
        session.check(rows)
    });
    let features = rows.await?.into_iter().map(Track::from).collect();
    let tracks = axum::Json(Tracks { kind: "FeatureCollection", features });
    Ok(([(header::CONTENT_TYPE, "application/geo+json")], tracks).into_response())
}

impl From<Row> for Track {
    fn from((buoy, name, begins, ends, latitudes, longitudes): Row) -> Self {
        let positions: Vec<[f64; 2]> = longitudes.into_iter().zip(latitudes).map(<[f64; 2]>::from).collect();
        let points = positions.len();
        Self {
            kind: "Feature",
            geometry: Geometry::of(&positions),
            properties: Properties { buoy, name, from: begins.0, to: ends.0, points },
        }
    }
}
