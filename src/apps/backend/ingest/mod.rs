//! `POST /api/v1/observations`: stores a batch of readings exactly once and reports the outcome of each.

mod auth;
mod batch;
mod content;
mod store;
mod validate;

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use seasense::apps::shared::wire::{Answer, Batch};

use super::database::retry;
use super::extract::Json;
use super::limits;
use super::problem::Problem;
use super::state::App;
use batch::CheckedBatch;

/// Stores a batch of readings of one buoy.
///
/// The response is sent after the readings are committed. The request is idempotent: a reading is identified by
/// buoy, `boot_id` and `seq`; the same reading sent again has the outcome `duplicate`.
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
        (status = 503, description = "The database is unavailable; send the batch again", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn post(
    State(app): State<App>,
    token: auth::Token,
    Json(batch): Json<Batch>,
) -> Result<axum::Json<Answer>, Problem> {
    check_size(&batch)?;
    let code = batch.buoy.clone();
    let batch = CheckedBatch::new(batch, Timestamp::now());
    let stored = retry(|| async {
        let mut session = app.database.session().await?;
        let found = auth::find(&mut session.connection, &code).await;
        let found = session.check(found)?.filter(|buoy| buoy.accepts(&token.0));
        let buoy = found.ok_or_else(Problem::unauthorised)?;
        let stored = store::commit(&mut session.connection, buoy.id, &batch).await;
        session.check(stored)
    });
    let answer = batch.answer(&stored.await?);
    app.metrics.count_readings(&answer);
    Ok(axum::Json(answer))
}

fn check_size(batch: &Batch) -> Result<(), Problem> {
    match batch.readings.len() {
        0 => Err(Problem::invalid("readings: must contain at least one reading")),
        count if count > limits::BATCH_READINGS => Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("readings: must contain at most {} readings, not {count}", limits::BATCH_READINGS),
        )),
        _ if batch.boot_id < 0 => Err(Problem::invalid("boot_id: must not be negative")),
        _ => Ok(()),
    }
}
