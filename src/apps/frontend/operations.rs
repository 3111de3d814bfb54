//! Health and metrics, on a separate port that the gateway does not route.

use std::sync::Arc;

use axum::{Router, extract::State, http::header, response::IntoResponse, routing::get};

use crate::metrics::Metrics;

/// Returns the router of `/healthz`, `/readyz` and `/metrics`. The page is in memory before the server listens,
/// so a server that responds is ready.
pub fn router(metrics: Arc<Metrics>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(async || "ready\n"))
        .route("/metrics", get(render).with_state(metrics))
}

async fn render(State(metrics): State<Arc<Metrics>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.render())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::{
        body::{Body, to_bytes},
        http::{Request, StatusCode},
    };
    use tower::ServiceExt;

    use super::*;

    async fn get_text(metrics: Arc<Metrics>, path: &str) -> (StatusCode, String) {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let response = router(metrics).oneshot(request).await.unwrap();
        let status = response.status();
        (status, String::from_utf8(to_bytes(response.into_body(), 65_536).await.unwrap().to_vec()).unwrap())
    }

    #[tokio::test]
    async fn running_server_is_healthy_and_ready() {
        assert_eq!(get_text(Arc::default(), "/healthz").await, (StatusCode::OK, "ok\n".into()));
        assert_eq!(get_text(Arc::default(), "/readyz").await, (StatusCode::OK, "ready\n".into()));
        assert_eq!(get_text(Arc::default(), "/").await.0, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn metrics_contain_count_and_duration() {
        let metrics = Arc::new(Metrics::default());
        metrics.count(StatusCode::OK, Duration::from_millis(250));
        metrics.count(StatusCode::OK, Duration::from_millis(250));
        let (status, text) = get_text(metrics, "/metrics").await;
        assert_eq!(status, StatusCode::OK);
        assert!(text.contains("seasense_frontend_http_requests_total{code=\"200\"} 2\n"), "{text}");
        assert!(text.contains("seasense_frontend_http_request_seconds_total 0.5\n"), "{text}");
    }
}
