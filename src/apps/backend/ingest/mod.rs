//! `POST /api/v1/observations`: stores a batch of readings exactly once and reports the outcome of each.

mod auth;
mod batch;
mod body;
mod content;
mod parse;
mod refused;
mod store;
mod tokens;
mod validate;

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use seasense::apps::shared::wire::{Answer, Batch};

use super::limits;
use super::problem::Problem;
use super::state::App;
use batch::CheckedBatch;
use body::JsonBody;
use parse::Received;

/// Stores a batch of readings of one buoy.
///
/// The response is sent after the readings are committed. The request is idempotent: a reading is identified by
/// buoy, `boot_id` and `seq`; the same reading sent again has the outcome `duplicate`.
///
/// A reading that cannot be read is rejected alone, with its index and field; the others are stored. The outcome of
/// every reading in the response is final. A reading whose only fault is an impossible clock is kept in the
/// quarantine. The body may be compressed with gzip, and may begin with a byte-order mark.
#[utoipa::path(
    post, path = "/api/v1/observations", tag = "ingest", operation_id = "postObservations",
    request_body = Batch,
    security(("buoy" = [])),
    responses(
        (status = 200, description = "The batch is committed", body = Answer),
        (status = 400, description = "The body is not JSON, or not gzip as declared", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No valid token of this buoy", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body or the batch is too large", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "The body is not declared as JSON, or has an unknown encoding", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The JSON is not a batch", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is unavailable; send the batch again", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn post(
    State(app): State<App>,
    token: auth::Token,
    JsonBody(body): JsonBody,
) -> Result<axum::Json<Answer>, Problem> {
    let batch = parse::batch(&body)?;
    check_size(&batch)?;
    let code = batch.buoy.clone();
    let batch = CheckedBatch::new(batch, Timestamp::now());
    let stored = app.database.retry(|| async {
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

fn check_size(batch: &Received) -> Result<(), Problem> {
    match batch.readings.len() {
        0 => Err(Problem::invalid_batch("readings", "must contain at least one reading")),
        count if count > limits::BATCH_READINGS => Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            format!("readings: must contain at most {} readings, not {count}", limits::BATCH_READINGS),
        )
        .with_parameter("readings")),
        _ if batch.boot_id < 0 => Err(Problem::invalid_batch("boot_id", "must not be negative")),
        _ => Ok(()),
    }
}
