//! `GET /api/v1/tracks`: where the buoys have been, as `GeoJSON` (RFC 7946).

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

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
    /// First moment; a day before `to` where it is not given.
    from: Option<Timestamp>,
    /// Moment after the last; now where it is not given.
    to: Option<Timestamp>,
    /// Id of the only buoy to answer.
    #[param(example = "buoy-001")]
    buoy: Option<String>,
}

/// A `GeoJSON` feature collection of tracks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tracks {
    /// Always `FeatureCollection`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// One line per buoy that has been at two positions at least, by buoy id.
    features: Vec<Track>,
}

/// The track of one buoy.
#[derive(Debug, Serialize, ToSchema)]
pub struct Track {
    /// Always `Feature`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The line.
    geometry: Line,
    /// Whose and when.
    properties: Properties,
}

/// A `GeoJSON` line.
#[derive(Debug, Serialize, ToSchema)]
pub struct Line {
    /// Always `LineString`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Longitude and latitude in degrees, oldest first; at most about 500, evenly thinned, the newest always kept.
    coordinates: Vec<[f64; 2]>,
}

/// Whose track it is and when it was sailed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Properties {
    /// Id of the buoy.
    buoy: String,
    /// Name of the buoy.
    name: String,
    /// Moment of the first position.
    from: Timestamp,
    /// Moment of the last position.
    to: Timestamp,
    /// Positions in the line.
    points: usize,
}

/// The last position of each of the slices that the span is cut into.
const TRACKS: &str = "
SELECT code, name, begins, ends, latitudes, longitudes
FROM buoy
CROSS JOIN LATERAL (
    SELECT min(moment) AS begins, max(moment) AS ends,
           array_agg(latitude ORDER BY moment) AS latitudes, array_agg(longitude ORDER BY moment) AS longitudes
    FROM (
        SELECT max(observed_at) AS moment, last(latitude, observed_at) AS latitude,
               last(longitude, observed_at) AS longitude
        FROM reading
        WHERE buoy_id = buoy.id AND observed_at >= $1 AND observed_at < $2
        GROUP BY time_bucket(make_interval(secs => $3), observed_at)
    ) AS thinned
    HAVING count(*) >= 2
) AS line
WHERE code = $4 OR ($4::text IS NULL AND NOT canary)
ORDER BY code";

type Row = (String, String, Moment, Moment, Vec<f64>, Vec<f64>);

/// Answers where the buoys have been.
#[utoipa::path(
    get, path = "/api/v1/tracks", tag = "data", operation_id = "getTracks", params(Wanted),
    responses(
        (status = 200, description = "One line per buoy", body = Tracks, content_type = "application/geo+json"),
        (status = 422, description = "The query is wrong, or asks for too much", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database does not answer now", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(State(app): State<App>, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let span = Span::new(wanted.from, wanted.to, limits::RAW_SPAN, Timestamp::now())?;
    let slice_s = (span.seconds() / f64::from(limits::TRACK_POINTS)).ceil();
    let rows = patiently(|| async {
        let mut session = app.database.session().await?;
        let rows = sqlx::query_as::<_, Row>(TRACKS)
            .bind(span.from)
            .bind(span.to)
            .bind(slice_s)
            .bind(&wanted.buoy)
            .fetch_all(&mut *session.connection)
            .await;
        session.check(rows)
    });
    let features = rows.await?.into_iter().map(Track::from).collect();
    let tracks = axum::Json(Tracks { kind: "FeatureCollection", features });
    Ok(([(header::CONTENT_TYPE, "application/geo+json")], tracks).into_response())
}

impl From<Row> for Track {
    fn from((buoy, name, begins, ends, latitudes, longitudes): Row) -> Self {
        let coordinates: Vec<[f64; 2]> =
            longitudes.into_iter().zip(latitudes).map(<[f64; 2]>::from).collect();
        let points = coordinates.len();
        Self {
            kind: "Feature",
            geometry: Line { kind: "LineString", coordinates },
            properties: Properties { buoy, name, from: begins.0, to: ends.0, points },
        }
    }
}
