//! `GET /api/v1/observations.csv`: readings as a table, streamed page by page.

mod page;
mod table;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use super::buoys;
use super::span::Span;
use crate::database::patiently;
use crate::extract::Query;
use crate::limits;
use crate::problem::Problem;
use crate::state::App;
use page::Cursor;

/// What to answer.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Id of the only buoy to answer.
    #[param(example = "buoy-001")]
    buoy: Option<String>,
    /// First moment; a day before `to` where it is not given.
    from: Option<Timestamp>,
    /// Moment after the last; now where it is not given.
    to: Option<Timestamp>,
}

/// Answers readings as CSV (RFC 4180): one row per reading, one column per parameter, by buoy and time.
///
/// A transfer that breaks off before its end did not answer everything.
#[utoipa::path(
    get, path = "/api/v1/observations.csv", tag = "data", operation_id = "getObservationsCsv", params(Wanted),
    responses(
        (status = 200, description = "The readings", body = String, content_type = "text/csv"),
        (status = 404, description = "There is no such buoy", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The query is wrong, or asks for too much", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database does not answer now", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(State(app): State<App>, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let span = Span::new(wanted.from, wanted.to, limits::RAW_SPAN, Timestamp::now())?;
    let buoys = patiently(|| async {
        let mut session = app.database.session().await?;
        let buoys = page::buoys(&mut session.connection, wanted.buoy.as_deref()).await;
        session.check(buoys)
    });
    let buoys = buoys.await?;
    if let Some(missing) = wanted.buoy.filter(|_| buoys.is_empty()) {
        return Err(buoys::unknown(&missing));
    }
    let mut cursor = Cursor::new(buoys, span);
    // The first page decides between an answer and a problem; later ones can only break the transfer off.
    let mut first = table::header()?;
    first.extend(next(&app, &mut cursor).await?.unwrap_or_default());
    let rest = stream::try_unfold((app, cursor), async |(app, mut cursor)| {
        let found = next(&app, &mut cursor)
            .await
            .map_err(|problem| std::io::Error::other(problem.status().to_string()))?;
        Ok::<_, std::io::Error>(found.map(|rows| (Bytes::from(rows), (app, cursor))))
    });
    let body = stream::StreamExt::chain(stream::iter([Ok(Bytes::from(first))]), rest);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"observations.csv\""),
    ];
    Ok((headers, Body::from_stream(body)).into_response())
}

/// The next rows; none after the last. A connection is held for one page only, however slow the reader is.
async fn next(app: &App, cursor: &mut Cursor) -> Result<Option<Vec<u8>>, Problem> {
    if cursor.is_at_end() {
        return Ok(None);
    }
    let page = patiently(|| async {
        let mut ahead = cursor.clone();
        let mut session = app.database.session().await?;
        let page = ahead.advance(&mut session.connection).await;
        session.check(page).map(|page| (page, ahead))
    });
    let ((buoy, rows), ahead) = page.await?;
    *cursor = ahead;
    table::rows(&buoy, &rows).map(Some)
}
