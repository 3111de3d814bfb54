//! `GET /api/v1/buoys`: who is in the fleet.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;

use crate::database::patiently;
use crate::moment::Moment;
use crate::problem::Problem;
use crate::state::App;

/// The fleet.
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
    /// Its name, for people.
    name: String,
    /// When its first reading was stored.
    #[schema(required)]
    first_seen: Option<Timestamp>,
    /// When its last reading was stored.
    #[schema(required)]
    last_seen: Option<Timestamp>,
}

type Row = (String, String, Option<Moment>, Option<Moment>);

const BUOYS: &str = "
SELECT code, name, first_seen, last_seen FROM buoy JOIN buoy_activity ON buoy_id = id
WHERE NOT canary ORDER BY code";

/// Lists the enrolled buoys.
#[utoipa::path(
    get, path = "/api/v1/buoys", tag = "data", operation_id = "getBuoys",
    responses(
        (status = 200, description = "Every enrolled buoy", body = Buoys),
        (status = 503, description = "The database does not answer now", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(State(app): State<App>) -> Result<Json<Buoys>, Problem> {
    let rows = patiently(|| async {
        let mut session = app.database.session().await?;
        let rows = sqlx::query_as::<_, Row>(BUOYS).fetch_all(&mut *session.connection).await;
        session.check(rows)
    });
    let buoy = |(id, name, first, last): Row| Buoy {
        id,
        name,
        first_seen: first.map(|moment| moment.0),
        last_seen: last.map(|moment| moment.0),
    };
    Ok(Json(Buoys { buoys: rows.await?.into_iter().map(buoy).collect() }))
}

/// The key in the database of the buoy with this id.
pub async fn key(connection: &mut PgConnection, code: &str) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar("SELECT id FROM buoy WHERE code = $1").bind(code).fetch_optional(connection).await
}

/// What is answered when there is no such buoy.
pub fn unknown(code: &str) -> Problem {
    let shown: String = code.chars().take(64).collect();
    Problem::new(axum::http::StatusCode::NOT_FOUND, format!("buoy: there is no buoy `{shown}`"))
}
