//! `GET /api/v1/observations.csv`: readings as CSV, streamed in pages.

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
use super::span::{Span, time};
use crate::extract::Query;
use crate::limits;
use crate::problem::Problem;
use crate::state::App;
use page::Cursor;

/// The query parameters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Params {
    /// Id of a buoy; default: all buoys of the collection.
    #[param(example = "buoy-001")]
    buoy: Option<String>,
    /// Start of the span, included; default: a day before `to`.
    #[serde(default, deserialize_with = "time")]
    from: Option<Timestamp>,
    /// End of the span, excluded; default: now.
    #[serde(default, deserialize_with = "time")]
    to: Option<Timestamp>,
}

/// Returns readings as CSV (RFC 4180): one row per reading, one column per parameter, ordered by buoy and time.
///
/// If the transfer is aborted, the table is incomplete.
#[utoipa::path(
    get, path = "/api/v1/observations.csv", tag = "data", operation_id = "getObservationsCsv", params(Params),
    responses(
        (status = 200, description = "The readings", body = String, content_type = "text/csv"),
        (status = 404, description = "The buoy does not exist", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The query is invalid or exceeds a limit", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is unavailable", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(State(app): State<App>, Query(params): Query<Params>) -> Result<Response, Problem> {
    let span = Span::new(params.from, params.to, limits::RAW_SPAN, Timestamp::now())?;
    let buoys = app.database.retry(|| async {
        let mut session = app.database.session().await?;
        let buoys = page::buoys(&mut session.connection, params.buoy.as_deref()).await;
        session.check(buoys)
    });
    let buoys = buoys.await?;
    if let Some(missing) = params.buoy.filter(|_| buoys.is_empty()) {
        return Err(buoys::unknown(&missing));
    }
    let mut cursor = Cursor::new(buoys, span);
    // An error in the first page is a problem response; an error in a later page can only abort the transfer.
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

/// Returns the next rows, or `None` after the last. A connection is used for one page only, so a slow client
/// blocks no connection.
async fn next(app: &App, cursor: &mut Cursor) -> Result<Option<Vec<u8>>, Problem> {
    if cursor.is_at_end() {
        return Ok(None);
    }
    let page = app.database.retry(|| async {
        let mut next = cursor.clone();
        let mut session = app.database.session().await?;
        let page = next.advance(&mut session.connection).await;
        session.check(page).map(|page| (page, next))
    });
    let ((buoy, rows), next) = page.await?;
    *cursor = next;
    table::rows(&buoy, &rows).map(Some)
}
