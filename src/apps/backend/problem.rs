//! Errors as RFC 9457 problem details.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// Seconds after which a client may retry. A failover takes a few seconds, and buoys should continue right
/// after it.
const RETRY_AFTER_S: u16 = 1;

/// The code of a problem with the database's credentials; `seasense status` knows it.
const REFUSED: &str = "database-credentials";

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
    /// The cause, for programs.
    #[schema(example = "database-unavailable")]
    code: &'static str,
    /// The query parameter or the field of the batch that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
}

impl Problem {
    /// Creates a problem of this status and code.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error").to_owned();
        let (kind, status) = ("about:blank", status.as_u16());
        Self { kind, title, status, detail: detail.into(), code, parameter: None }
    }

    /// A query parameter is invalid: 422.
    pub fn invalid_query(parameter: &str, detail: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-query", format!("{parameter}: {detail}"))
            .with_parameter(parameter)
    }

    /// The JSON is not a batch: 422.
    pub fn invalid_batch(field: &str, detail: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-batch", format!("{field}: {detail}"))
            .with_parameter(field)
    }

    /// Names the wrong parameter.
    pub fn with_parameter(self, parameter: &str) -> Self {
        Self { parameter: Some(parameter.to_owned()), ..self }
    }

    /// The token is missing or does not belong to the buoy: 401. All reasons have the same text, which reveals
    /// nothing to the client.
    pub fn unauthorised() -> Self {
        let detail = "a valid bearer token of this buoy is required";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorised", detail)
    }

    /// The database is unavailable: 503.
    pub fn unavailable() -> Self {
        let detail = "the database is unavailable; send the request again";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "database-unavailable", detail)
    }

    /// The database refuses the credentials of the backend: 503.
    pub fn refused() -> Self {
        let detail = "the database refuses the credentials of the backend; send the request again";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, REFUSED, detail)
    }

    /// Whether the database refuses the credentials of the backend.
    pub fn is_refused(&self) -> bool {
        self.code == REFUSED
    }

    /// The process cannot serve now: 503.
    pub fn not_ready(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", detail)
    }

    /// The request took too long: 503.
    pub fn timed_out() -> Self {
        let detail = "the request took too long and was cancelled";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "timed-out", detail)
    }

    /// A bug: 500. Only the log contains the cause.
    pub fn internal() -> Self {
        let detail = "internal server error; the log contains the cause";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        if super::db_error::is_refused(&error) {
            tracing::error!(%error, "the database refuses the credentials");
            Self::refused()
        } else if super::db_error::is_transient(&error) {
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
