//! Health and metrics, on a port of their own that the gateway does not route.

use std::sync::Arc;

use axum::{Router, extract::State, http::header, response::IntoResponse, routing::get};

use crate::metrics::Metrics;

/// `/healthz` and `/readyz` (the page is in memory before anybody listens, so who answers is ready), `/metrics`.
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

    async fn ask(metrics: Arc<Metrics>, path: &str) -> (StatusCode, String) {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let response = router(metrics).oneshot(request).await.unwrap();
        let status = response.status();
        (status, String::from_utf8(to_bytes(response.into_body(), 65_536).await.unwrap().to_vec()).unwrap())
    }

    #[tokio::test]
    async fn who_answers_is_healthy_and_ready() {
        assert_eq!(ask(Arc::default(), "/healthz").await, (StatusCode::OK, "ok\n".into()));
        assert_eq!(ask(Arc::default(), "/readyz").await, (StatusCode::OK, "ready\n".into()));
        assert_eq!(ask(Arc::default(), "/").await.0, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn metrics_count_and_sum() {
        let metrics = Arc::new(Metrics::default());
        metrics.answered(StatusCode::OK, Duration::from_millis(250));
        metrics.answered(StatusCode::OK, Duration::from_millis(250));
        let (status, text) = ask(metrics, "/metrics").await;
        assert_eq!(status, StatusCode::OK);
        assert!(text.contains("seasense_frontend_http_requests_total{code=\"200\"} 2\n"), "{text}");
        assert!(text.contains("seasense_frontend_http_request_seconds_total 0.5\n"), "{text}");
    }
}
