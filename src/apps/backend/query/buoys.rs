//! `GET /api/v1/buoys`: the enrolled buoys.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use seasense::apps::shared::token::is_id;
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;

use crate::database::Session;
use crate::extract::{NoParams, Query, shortened};
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
        (status = 422, description = "The query has an unknown parameter", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is unavailable", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(app): State<App>,
    Query(NoParams {}): Query<NoParams>,
) -> Result<Json<Buoys>, Problem> {
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
    if !is_id(code) {
        return Ok(None);
    }
    sqlx::query_scalar("SELECT id FROM buoy WHERE code = $1").bind(code).fetch_optional(connection).await
}

/// Returns the database key of the buoy that a query names, if it names one; a buoy that does not exist is a problem.
pub async fn named(session: &mut Session, code: Option<&str>) -> Result<Option<i32>, Problem> {
    let Some(code) = code else { return Ok(None) };
    let key = key(&mut session.connection, code).await;
    session.check(key)?.ok_or_else(|| unknown(code)).map(Some)
}

/// Returns the problem for a buoy that does not exist.
pub fn unknown(code: &str) -> Problem {
    let detail = format!("buoy: `{}` does not exist", shortened(code));
    Problem::new(StatusCode::NOT_FOUND, "unknown-buoy", detail).with_parameter("buoy")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_the_database_refuses_is_no_id() {
        assert!(is_id("buoy-001") && is_id("7"));
        for text in ["", "BUOY-001", "-1", "buoy 1", "buoy_1", "bu\0oy", "bo\u{fc}y", &"x".repeat(64)] {
            assert!(!is_id(text), "{text:?}");
        }
    }

    #[test]
    fn unknown_buoy_is_named() {
        let problem = serde_json::to_value(unknown("buoy-009")).unwrap();
        assert_eq!(problem["status"], 404);
        assert_eq!(problem["parameter"], "buoy");
        assert_eq!(problem["detail"], "buoy: `buoy-009` does not exist");
    }
}
