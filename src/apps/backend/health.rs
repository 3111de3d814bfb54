//! Liveness and readiness probes.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::migrate::schema;
use super::problem::Problem;
use super::state::App;

/// The response to a successful probe.
#[derive(Debug, Serialize)]
pub struct Status {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<Schema>,
}

/// The version of the database's schema, and the version that this build needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct Schema {
    found: i64,
    needed: i64,
}

/// A schema that is too old, as a problem with both versions.
#[derive(Debug, Serialize)]
struct Behind {
    #[serde(flatten)]
    problem: Problem,
    schema: Schema,
}

impl IntoResponse for Behind {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = self.problem.into_response();
        *response.body_mut() = body.into();
        response
    }
}

/// Liveness: checks nothing but the process, because a restart would fix nothing else.
pub async fn live() -> Json<Status> {
    Json(Status { status: "ok", schema: None })
}

/// Time limit of the database for a probe. An unreachable server does not respond at all, and a probe must not
/// wait for it as long as a request may.
const TIME_LIMIT: Duration = Duration::from_secs(3);

async fn version(app: &App) -> Result<i64, Problem> {
    let mut session = app.database.session().await?;
    let found = schema::version(&mut session.connection).await;
    session.check(found)
}

/// Readiness: the process is not draining, and the database has a schema that this version can use. Once ready, a
/// process stays so while the database refuses its credentials; a new one does not become ready.
///
/// Both answers have the two versions of the schema: a loaded snapshot may have an older one.
pub async fn ready(State(app): State<App>) -> Result<Response, Problem> {
    if app.is_draining() {
        return Err(Problem::not_ready("the process is shutting down"));
    }
    let found = tokio::time::timeout(TIME_LIMIT, version(&app)).await;
    let found = match found.map_err(|_| Problem::unavailable())? {
        // All replicas have the same credentials: without any of them the gateway could not even tell the cause.
        Err(problem) if problem.is_refused() && app.has_been_ready() => {
            return Ok(Json(Status { status: "ok", schema: None }).into_response());
        }
        found => found?,
    };
    let schema = Schema { found, needed: schema::newest() };
    if schema.found < schema.needed {
        let detail = format!("the schema has version {} and needs {}", schema.found, schema.needed);
        return Ok(Behind { problem: Problem::not_ready(detail), schema }.into_response());
    }
    app.was_ready();
    Ok(Json(Status { status: "ok", schema: Some(schema) }).into_response())
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    #[tokio::test]
    async fn a_schema_that_is_too_old_is_answered_with_both_versions() {
        let problem = Problem::not_ready("too old");
        let response = Behind { problem, schema: Schema { found: 4, needed: 5 } }.into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let body = axum::body::to_bytes(response.into_body(), 1 << 10).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["schema"], serde_json::json!({"found": 4, "needed": 5}));
        assert_eq!(body["detail"], "too old");
    }
}
