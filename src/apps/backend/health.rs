//! Whether the process lives, and whether it can serve.

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

/// The process is not about to end, and the database answers with a schema this version can use.
pub async fn ready(State(app): State<App>) -> Result<Json<Fine>, Problem> {
    if app.is_draining() {
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the process is about to end"));
    }
    let mut session = app.database.session().await?;
    let found = schema::version(&mut session.connection).await;
    let found = session.check(found)?;
    if found < schema::newest() {
        let detail = format!("the schema has version {found} and needs {}", schema::newest());
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail));
    }
    Ok(FINE)
}
