//! Whether the process lives, and whether it can serve.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use super::migrate::schema;
use super::problem::Problem;
use super::state::App;

/// A good answer to a probe.
#[derive(Debug, Serialize)]
pub struct Fine {
    status: &'static str,
}

const FINE: Json<Fine> = Json(Fine { status: "ok" });

/// The process answers: nothing else is asked, because a restart would cure nothing else.
pub async fn live() -> Json<Fine> {
    FINE
}

/// How long the database may take to answer a probe.
const PATIENCE: Duration = Duration::from_secs(3);

async fn version(app: &App) -> Result<i64, Problem> {
    let mut session = app.database.session().await?;
    let found = schema::version(&mut session.connection).await;
    session.check(found)
}

/// The process is not about to end, and the database answers with a schema this version can use.
pub async fn ready(State(app): State<App>) -> Result<Json<Fine>, Problem> {
    if app.is_draining() {
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the process is about to end"));
    }
    // A server that vanished says nothing at all; a probe must not wait for that as long as a request may.
    let found = tokio::time::timeout(PATIENCE, version(&app)).await.map_err(|_| Problem::unavailable())??;
    if found < schema::newest() {
        let detail = format!("the schema has version {found} and needs {}", schema::newest());
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail));
    }
    Ok(FINE)
}
