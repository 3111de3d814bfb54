//! The routes of the API and the layers around every request.

use std::time::Instant;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use super::problem::Problem;
use super::state::App;
use super::{health, ingest, limits, openapi, query};

/// Returns the router of the API and its probes.
pub fn api(app: App) -> Router {
    Router::new()
        .route("/api/v1/observations", post(ingest::post))
        .route("/api/v1/observations.csv", get(query::export::get))
        .route("/api/v1/buoys", get(query::buoys::get))
        .route("/api/v1/parameters", get(query::parameters::get))
        .route("/api/v1/latest", get(query::latest::get))
        .route("/api/v1/series", get(query::series::get))
        .route("/api/v1/tracks", get(query::tracks::get))
        .route("/api/v1/summary", get(query::summary::get))
        .route("/api/v1/quarantine", get(query::quarantine::get))
        .route("/api/openapi.json", get(openapi::get))
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(CompressionLayer::new())
        .layer(DefaultBodyLimit::max(limits::BODY_BYTES))
        .layer(from_fn(time_limit))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            Problem::internal().into_response()
        }))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .layer(SetResponseHeaderLayer::overriding(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(from_fn_with_state(app.clone(), count))
        .with_state(app)
}

/// Returns the router of the metrics port.
pub fn metrics(app: App) -> Router {
    Router::new()
        .route("/metrics", get(async |State(app): State<App>| app.metrics.page(&app.database)))
        .fallback(not_found)
        .with_state(app)
}

async fn not_found(request: Request) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not-found", format!("nothing is at {}", request.uri().path()))
}

async fn method_not_allowed(request: Request) -> Problem {
    let detail = format!("{} is not allowed at {}", request.method(), request.uri().path());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail)
}

async fn time_limit(request: Request, next: Next) -> Response {
    tokio::time::timeout(limits::REQUEST_TIME, next.run(request))
        .await
        .unwrap_or_else(|_| Problem::timed_out().into_response())
}

async fn count(
    State(app): State<App>,
    matched: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let response = next.run(request).await;
    // All unknown paths share one label: clients could otherwise create any number of time series.
    let route = matched.as_ref().map_or("unknown", MatchedPath::as_str);
    let (status, elapsed) = (response.status().as_u16(), began.elapsed());
    app.metrics.count_request(method.as_str(), route, status, elapsed);
    tracing::debug!(%method, route, status, took_ms = elapsed.as_millis(), "request");
    response
}
