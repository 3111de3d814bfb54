//! `GET /api/v1/buoys`: the enrolled buoys.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;

use crate::pg_timestamp::PgTimestamp;
use crate::problem::Problem;
use crate::state::App;

/// The enrolled buoys.
#[derive(Debug, Serialize, ToSchema)]
pub struct Buoys {
    /// Every enrolled buoy, by id.
    buoys: Vec<Buoy>,
}

/// One enrolled buoy.
#[derive(Debug, Serialize, ToSchema)]
pub struct Buoy {
    /// Its id.
    #[schema(example = "buoy-001")]
    id: String,
    /// Its display name.
    name: String,
    /// When its first reading was stored.
    #[schema(required)]
    first_seen: Option<Timestamp>,
    /// When its last reading was stored.
    #[schema(required)]
    last_seen: Option<Timestamp>,
}

type Row = (String, String, Option<PgTimestamp>, Option<PgTimestamp>);

const BUOYS: &str = "
SELECT code, name, first_seen, last_seen FROM buoy JOIN buoy_activity ON buoy_id = id
WHERE NOT canary ORDER BY code";

/// Lists the enrolled buoys.
#[utoipa::path(
    get, path = "/api/v1/buoys", tag = "data", operation_id = "getBuoys",
    responses(
        (status = 200, description = "Every enrolled buoy", body = Buoys),
        (status = 503, description = "The database is unavailable", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(State(app): State<App>) -> Result<Json<Buoys>, Problem> {
    let rows = app.database.fetch_all(|| sqlx::query_as::<_, Row>(BUOYS)).await?;
    let buoy = |(id, name, first, last): Row| Buoy {
        id,
        name,
        first_seen: first.map(|time| time.0),
        last_seen: last.map(|time| time.0),
    };
    Ok(Json(Buoys { buoys: rows.into_iter().map(buoy).collect() }))
}

/// Returns the database key of the buoy with this id.
pub async fn key(connection: &mut PgConnection, code: &str) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar("SELECT id FROM buoy WHERE code = $1").bind(code).fetch_optional(connection).await
}

/// Returns the problem for a buoy that does not exist.
pub fn unknown(code: &str) -> Problem {
    let shown: String = code.chars().take(64).collect();
    Problem::new(axum::http::StatusCode::NOT_FOUND, format!("buoy: `{shown}` does not exist"))
}
