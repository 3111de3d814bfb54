//! `POST /api/v1/observations`: stores a batch of readings exactly once and says what became of each.

mod auth;
mod content;
mod plan;
mod store;
mod validate;

use axum::Json as Answered;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use seasense::apps::shared::wire::{Answer, Batch};

use super::database::patiently;
use super::extract::Json;
use super::limits;
use super::problem::Problem;
use super::state::App;
use plan::Plan;

/// Stores a batch of readings of one buoy.
///
/// Answers only after the readings are committed. Idempotent: a reading is identified by buoy, `boot_id` and `seq`, and
/// sending it again with the same content is answered with `duplicate`.
#[utoipa::path(
    post, path = "/api/v1/observations", tag = "ingest", operation_id = "postObservations",
    request_body = Batch,
    security(("buoy" = [])),
    responses(
        (status = 200, description = "The batch is committed", body = Answer),
        (status = 400, description = "The body is not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No valid token of this buoy", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body or the batch is too large", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "The body is not declared as JSON", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The JSON is not a batch", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database does not answer now; send the batch again", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn post(
    State(app): State<App>,
    token: auth::Token,
    Json(batch): Json<Batch>,
) -> Result<Answered<Answer>, Problem> {
    check_size(&batch)?;
    let code = batch.buoy.clone();
    let plan = Plan::new(batch, Timestamp::now());
    let stored = patiently(|| async {
        let mut session = app.database.session().await?;
        let found = auth::find(&mut session.connection, &code).await;
        let found = session.check(found)?.filter(|buoy| buoy.accepts(&token.0));
        let buoy = found.ok_or_else(Problem::unauthorised)?;
        let stored = store::commit(&mut session.connection, buoy.id, &plan).await;
        session.check(stored)
    });
    let answer = plan.answer(&stored.await?);
    app.metrics.count_readings(&answer);
    Ok(Answered(answer))
}

fn check_size(batch: &Batch) -> Result<(), Problem> {
    match batch.readings.len() {
        0 => Err(Problem::invalid("readings: a batch holds at least one reading")),
        count if count > limits::BATCH_READINGS => Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("readings: a batch holds at most {} readings, this one {count}", limits::BATCH_READINGS),
        )),
        _ if batch.boot_id < 0 => Err(Problem::invalid("boot_id: must not be negative")),
        _ => Ok(()),
    }
}
