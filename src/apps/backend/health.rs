//! Liveness and readiness probes.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use super::migrate::schema;
use super::problem::Problem;
use super::state::App;

/// The response to a successful probe.
#[derive(Debug, Serialize)]
pub struct Status {
    status: &'static str,
}

const OK: Json<Status> = Json(Status { status: "ok" });

/// Liveness: checks nothing but the process, because a restart would fix nothing else.
pub async fn live() -> Json<Status> {
    OK
}

/// Time limit of the database for a probe. An unreachable server does not respond at all, and a probe must not
/// wait for it as long as a request may.
const TIME_LIMIT: Duration = Duration::from_secs(3);

async fn version(app: &App) -> Result<i64, Problem> {
    let mut session = app.database.session().await?;
    let found = schema::version(&mut session.connection).await;
    session.check(found)
}

/// Readiness: the process is not draining, and the database has a schema that this version can use.
pub async fn ready(State(app): State<App>) -> Result<Json<Status>, Problem> {
    if app.is_draining() {
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the process is shutting down"));
    }
    let found =
        tokio::time::timeout(TIME_LIMIT, version(&app)).await.map_err(|_| Problem::unavailable())??;
    if found < schema::newest() {
        let detail = format!("the schema has version {found} and needs {}", schema::newest());
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail));
    }
    Ok(OK)
}
