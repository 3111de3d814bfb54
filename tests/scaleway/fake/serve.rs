//! Parses a request, injects faults, and dispatches it to the fake service.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Request as HttpRequest, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;

use super::{FaultKind, Shared, api, faults, s3, zone};

/// Handles and logs one request for any of the services.
pub async fn serve(State(shared): State<Arc<Shared>>, request: HttpRequest) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 64 << 20).await.unwrap_or_default();
    let method = parts.method.as_str();
    let path = parts.uri.path().to_owned();
    let host =
        parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default().to_owned();
    let query = pairs(parts.uri.query().unwrap_or_default());
    let full = if host.contains("scw.cloud") { format!("{host}{path}") } else { path.clone() };
    let fault = faults::next(&mut shared.lock().faults, method, &full);
    let answer = match fault {
        Some(FaultKind::TooMany(seconds)) => too_many(seconds),
        Some(FaultKind::Broken(status)) => plain(status, b"upstream is broken".to_vec()),
        Some(FaultKind::Conflict) => json(
            409,
            &serde_json::json!({"type": "transient_state", "message": "resource is in a transient state",
                "resource": "x", "resource_id": "x", "current_state": "x"}),
        ),
        late => {
            if let Some(FaultKind::Late(time)) = late {
                tokio::time::sleep(time).await;
            }
            if host.contains("scw.cloud") {
                storage(&shared, &parts.headers, method, &host, &path, query, &body)
            } else {
                api(&shared, &parts.headers, method, &path, query, &body)
            }
        }
    };
    let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    shared.lock().requests.push(format!("{method} {full}{query} {}", answer.status().as_u16()));
    answer
}

fn api(
    shared: &Shared,
    headers: &HeaderMap,
    method: &str,
    path: &str,
    query: Vec<(String, String)>,
    body: &Bytes,
) -> Response {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|token| token.to_str().ok()).unwrap_or_default();
    if path.starts_with("/client/v4/") {
        if bearer != format!("Bearer {}", zone::TOKEN) {
            return json(
                403,
                &serde_json::json!({"success": false, "errors": [{"message": "invalid token"}]}),
            );
        }
        let body = serde_json::from_slice(body).unwrap_or_default();
        let (status, value) = zone::answer(&mut shared.lock().store, method, path, &query, &body);
        return json(status, &value);
    }
    let token = headers.get("x-auth-token").and_then(|token| token.to_str().ok()).unwrap_or_default();
    if token != shared.account.secret_key {
        return json(
            401,
            &serde_json::json!({"type": "denied_authentication", "message": "authentication is denied"}),
        );
    }
    let body = serde_json::from_slice(body).unwrap_or_default();
    let request = api::Request { method, path, query, body };
    let (status, value) = api::answer(&mut shared.lock().store, &shared.account, &request);
    json(status, &value)
}

fn storage(
    shared: &Shared,
    headers: &HeaderMap,
    method: &str,
    host: &str,
    path: &str,
    query: Vec<(String, String)>,
    body: &Bytes,
) -> Response {
    let label = host.split(".s3.").next().filter(|label| *label != host);
    let path = path.trim_start_matches('/');
    let (bucket, key) = match label {
        Some(bucket) => (bucket, path),
        None => path.split_once('/').unwrap_or((path, "")),
    };
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let chunked = text("content-encoding").contains("aws-chunked")
        || headers.contains_key("x-amz-decoded-content-length");
    let request = s3::Request {
        method,
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        query,
        body: if chunked { s3::unchunk(body) } else { body.to_vec() },
        // The provider prefixes the key with the project; the state backend uses the key alone.
        signed: text("authorization").contains(&format!("Credential={}", shared.account.access_key)),
        only_new: text("if-none-match") == "*",
    };
    let answer = s3::answer(&mut shared.lock().store, &shared.account.project, request);
    let mut response = plain(answer.status, answer.body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    if let Some(tag) = answer.tag.and_then(|tag| HeaderValue::from_str(&tag).ok()) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

fn too_many(seconds: Option<u64>) -> Response {
    let mut response =
        json(429, &serde_json::json!({"type": "too_many_requests", "message": "too many requests"}));
    if let Some(seconds) = seconds {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn json(status: u16, value: &Value) -> Response {
    if status == 204 {
        return StatusCode::NO_CONTENT.into_response();
    }
    (StatusCode::from_u16(status).unwrap(), axum::Json(value)).into_response()
}

fn plain(status: u16, body: Vec<u8>) -> Response {
    (StatusCode::from_u16(status).unwrap(), body).into_response()
}

/// The pairs of a query; encoded characters do not matter here.
fn pairs(query: &str) -> Vec<(String, String)> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
