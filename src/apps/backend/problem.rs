//! Errors as RFC 9457 problem details.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// Seconds after which a client may retry. A failover takes a few seconds, and buoys should continue right
/// after it.
const RETRY_AFTER_S: u16 = 1;

/// An error response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// Type of the problem; `about:blank` means that the status describes it completely.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Name of the status.
    title: String,
    /// HTTP status.
    status: u16,
    /// What is wrong with this request.
    detail: String,
}

impl Problem {
    /// Creates a problem of this status.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error").to_owned();
        Self { kind: "about:blank", title, status: status.as_u16(), detail: detail.into() }
    }

    /// The request is well-formed but invalid: 422.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    /// The token is missing or does not belong to the buoy: 401. All reasons have the same text, which reveals
    /// nothing to the client.
    pub fn unauthorised() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "a valid bearer token of this buoy is required")
    }

    /// The database is unavailable: 503.
    pub fn unavailable() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "the database is unavailable; send the request again")
    }

    /// The request took too long: 503.
    pub fn timed_out() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "the request took too long and was cancelled")
    }

    /// A bug: 500. Only the log contains the cause.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal server error; the log contains the cause")
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        if super::db_error::is_transient(&error) {
            tracing::warn!(%error, "the database is unavailable");
            Self::unavailable()
        } else {
            tracing::error!(%error, "the database refused a statement");
            Self::internal()
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        match status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
            }
            _ => {}
        }
        response
    }
}
