//! Tests the router as a browser uses it: types, caching, compression, conditions, headers, rejections.

use std::fs;

use axum::body::to_bytes;
use tower::ServiceExt;

use super::*;
use crate::headers::security_headers;

fn long_page() -> String {
    "<p>page</p>".repeat(50)
}

fn test_router() -> (Router, Arc<Metrics>) {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("assets")).unwrap();
    fs::write(root.path().join("index.html"), long_page()).unwrap();
    fs::write(root.path().join("404.html"), "<h1>Nothing</h1>").unwrap();
    fs::write(root.path().join("assets/index-1.js"), "let a;").unwrap();
    let metrics = Arc::new(Metrics::default());
    let site = Arc::new(Site::load(root.path()).unwrap());
    (router(site, Arc::clone(&metrics), security_headers(0)), metrics)
}

async fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut builder = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    test_router().0.oneshot(builder.body(Body::empty()).unwrap()).await.unwrap()
}

async fn text(response: Response) -> String {
    String::from_utf8(to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn page_is_revalidated_and_assets_are_immutable() {
    let page = request("GET", "/", &[]).await;
    assert_eq!(page.status(), 200);
    assert_eq!(page.headers()["cache-control"], "no-cache");
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(text(page).await, long_page());
    let script = request("GET", "/assets/index-1.js", &[]).await;
    assert_eq!(script.headers()["cache-control"], "public, max-age=31536000, immutable");
}

#[tokio::test]
async fn every_response_has_the_security_headers() {
    for (method, path) in [("GET", "/"), ("GET", "/none"), ("POST", "/")] {
        let response = request(method, path, &[]).await;
        assert_eq!(response.headers()["x-content-type-options"], "nosniff", "{method} {path}");
        assert!(response.headers().contains_key("content-security-policy"), "{method} {path}");
    }
}

#[tokio::test]
async fn missing_path_returns_the_404_page() {
    for path in ["/none", "/assets/", "/..%2f..%2fetc/passwd", "//etc/passwd"] {
        let response = request("GET", path, &[("if-none-match", "*")]).await;
        assert_eq!(response.status(), 404, "{path}");
        assert_eq!(text(response).await, "<h1>Nothing</h1>");
    }
}

#[tokio::test]
async fn head_response_has_the_length_but_no_body() {
    let response = request("HEAD", "/", &[]).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-length"], long_page().len().to_string());
    assert_eq!(text(response).await, "");
}

#[tokio::test]
async fn other_methods_are_rejected() {
    for method in ["POST", "PUT", "DELETE"] {
        assert_eq!(request(method, "/", &[]).await.status(), 405, "{method}");
    }
}

#[tokio::test]
async fn response_is_compressed_only_if_accepted() {
    for (accepted, compressed) in [
        ("gzip, br", true),
        ("br;q=1.0, gzip;q=0.5", true),
        ("*", true),
        ("gzip;q=0", false),
        ("gzip;q=0, *", false),
        ("identity", false),
    ] {
        let response = request("GET", "/", &[("accept-encoding", accepted)]).await;
        assert_eq!(response.headers().contains_key("content-encoding"), compressed, "{accepted}");
        assert_eq!(response.headers()["vary"], "accept-encoding");
    }
}

#[tokio::test]
async fn matching_etag_returns_304() {
    for encoding in ["gzip", "identity"] {
        let first = request("GET", "/", &[("accept-encoding", encoding)]).await;
        let tag = first.headers()["etag"].to_str().unwrap().to_owned();
        let again = request("GET", "/", &[("accept-encoding", encoding), ("if-none-match", &tag)]).await;
        assert_eq!(again.status(), 304);
        assert_eq!(again.headers()["etag"], tag.as_str());
        assert_eq!(text(again).await, "");
        let weak = format!("\"other\", W/{tag}");
        let listed = request("GET", "/", &[("accept-encoding", encoding), ("if-none-match", &weak)]).await;
        assert_eq!(listed.status(), 304);
    }
    assert_eq!(request("GET", "/", &[("if-none-match", "\"other\"")]).await.status(), 200);
}

#[tokio::test]
async fn responses_are_counted_by_status() {
    let (router, metrics) = test_router();
    for path in ["/", "/", "/none"] {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        router.clone().oneshot(request).await.unwrap();
    }
    let text = metrics.render();
    assert!(text.contains("seasense_frontend_http_requests_total{code=\"200\"} 2\n"), "{text}");
    assert!(text.contains("seasense_frontend_http_requests_total{code=\"404\"} 1\n"), "{text}");
}
