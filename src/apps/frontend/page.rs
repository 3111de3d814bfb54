//! Serves the files of the page, with compression and conditional requests.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use tracing::info;

use crate::{
    metrics::Metrics,
    site::{Asset, Site, Variant},
};

/// The metrics and headers of every response.
#[derive(Debug, Clone)]
struct Finish {
    metrics: Arc<Metrics>,
    headers: HeaderMap,
}

/// Returns the public router: GET and HEAD of the site's files, the 404 page otherwise, `headers` on every
/// response.
pub fn router(site: Arc<Site>, metrics: Arc<Metrics>, headers: HeaderMap) -> Router {
    let finish = Finish { metrics, headers };
    Router::new()
        .fallback(get(file))
        .with_state(site)
        .layer(middleware::from_fn_with_state(finish, finish_response))
}

async fn file(State(site): State<Arc<Site>>, request: Request) -> Response {
    let headers = request.headers();
    match site.find(request.uri().path()) {
        Some(asset) => respond(asset, headers, StatusCode::OK),
        None => match site.not_found() {
            Some(asset) => respond(asset, &without_conditions(headers), StatusCode::NOT_FOUND),
            None => StatusCode::NOT_FOUND.into_response(),
        },
    }
}

fn respond(asset: &Asset, request: &HeaderMap, status: StatusCode) -> Response {
    let (variant, encoding) = choose(asset, request);
    let mut headers = vec![
        (header::ETAG, variant.tag.clone()),
        (header::CACHE_CONTROL, HeaderValue::from_static(asset.cache_control)),
    ];
    if asset.gzip.is_some() {
        headers.push((header::VARY, HeaderValue::from_static("accept-encoding")));
    }
    let unchanged = status == StatusCode::OK && matches_etag(request, &variant.tag);
    if unchanged {
        return with(StatusCode::NOT_MODIFIED, headers, Body::empty());
    }
    headers.push((header::CONTENT_TYPE, HeaderValue::from_static(asset.media_type)));
    headers.push((header::CONTENT_LENGTH, variant.body.len().into()));
    headers.extend(encoding.map(|name| (header::CONTENT_ENCODING, HeaderValue::from_static(name))));
    with(status, headers, Body::from(variant.body.clone()))
}

fn with(status: StatusCode, headers: Vec<(HeaderName, HeaderValue)>, body: Body) -> Response {
    let mut response = (status, body).into_response();
    response.headers_mut().extend(headers);
    response
}

fn choose<'a>(asset: &'a Asset, request: &HeaderMap) -> (&'a Variant, Option<&'static str>) {
    match &asset.gzip {
        Some(compressed) if accepts_gzip(request) => (compressed, Some("gzip")),
        _ => (&asset.plain, None),
    }
}

/// Whether `Accept-Encoding` lists gzip (or `*`) without `q=0`.
fn accepts_gzip(request: &HeaderMap) -> bool {
    let values = request.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut any = None;
    for coding in values.flat_map(|value| value.split(',')) {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let zero = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q == 0.0));
        match name.trim() {
            "gzip" => return !zero,
            "*" => any = Some(!zero),
            _ => {}
        }
    }
    any.unwrap_or(false)
}

/// Whether `If-None-Match` lists this tag, in the weak comparison that RFC 9110 requires.
fn matches_etag(request: &HeaderMap, tag: &HeaderValue) -> bool {
    let tag = tag.to_str().unwrap_or_default();
    request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

fn without_conditions(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    headers.remove(header::IF_NONE_MATCH);
    headers
}

/// Adds the headers, counts the response and logs it.
async fn finish_response(State(finish): State<Finish>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut response = next.run(request).await;
    response.headers_mut().extend(finish.headers);
    let duration = began.elapsed();
    finish.metrics.count(response.status(), duration);
    info!(%method, path, status = response.status().as_u16(), took_us = whole_micros(duration), "request");
    response
}

/// Converts to an integer that JSON parsers can represent.
fn whole_micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
