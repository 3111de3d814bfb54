//! Liveness and readiness probes.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
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

/// Readiness: the process is not draining, and the database has a schema that this version can use. Once ready, a
/// process stays so while the database refuses its credentials; a new one does not become ready.
pub async fn ready(State(app): State<App>) -> Result<Json<Status>, Problem> {
    if app.is_draining() {
        return Err(Problem::not_ready("the process is shutting down"));
    }
    let found = tokio::time::timeout(TIME_LIMIT, version(&app)).await;
    let found = match found.map_err(|_| Problem::unavailable())? {
        // All replicas have the same credentials: without any of them the gateway could not even tell the cause.
        Err(problem) if problem.is_refused() && app.has_been_ready() => return Ok(OK),
        found => found?,
    };
    if found < schema::newest() {
        let detail = format!("the schema has version {found} and needs {}", schema::newest());
        return Err(Problem::not_ready(detail));
    }
    app.was_ready();
    Ok(OK)
}
