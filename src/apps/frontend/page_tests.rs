//! The router as a browser meets it: types, caching, compression, conditions, headers, what is refused.

use std::fs;

use axum::body::to_bytes;
use tower::ServiceExt;

use super::*;
use crate::headers::security_headers;

fn long() -> String {
    "<p>page</p>".repeat(50)
}

fn served() -> (Router, Arc<Metrics>) {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("assets")).unwrap();
    fs::write(root.path().join("index.html"), long()).unwrap();
    fs::write(root.path().join("404.html"), "<h1>Nothing</h1>").unwrap();
    fs::write(root.path().join("assets/index-1.js"), "let a;").unwrap();
    let metrics = Arc::new(Metrics::default());
    let site = Arc::new(Site::load(root.path()).unwrap());
    (router(site, Arc::clone(&metrics), security_headers(0)), metrics)
}

async fn ask(method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    served().0.oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

async fn text(response: Response) -> String {
    String::from_utf8(to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn the_page_is_always_asked_for_again_and_its_assets_never() {
    let page = ask("GET", "/", &[]).await;
    assert_eq!(page.status(), 200);
    assert_eq!(page.headers()["cache-control"], "no-cache");
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(text(page).await, long());
    let script = ask("GET", "/assets/index-1.js", &[]).await;
    assert_eq!(script.headers()["cache-control"], "public, max-age=31536000, immutable");
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    for (method, path) in [("GET", "/"), ("GET", "/none"), ("POST", "/")] {
        let response = ask(method, path, &[]).await;
        assert_eq!(response.headers()["x-content-type-options"], "nosniff", "{method} {path}");
        assert!(response.headers().contains_key("content-security-policy"), "{method} {path}");
    }
}

#[tokio::test]
async fn what_is_not_there_has_a_page_that_says_so() {
    for path in ["/none", "/assets/", "/..%2f..%2fetc/passwd", "//etc/passwd"] {
        let response = ask("GET", path, &[("if-none-match", "*")]).await;
        assert_eq!(response.status(), 404, "{path}");
        assert_eq!(text(response).await, "<h1>Nothing</h1>");
    }
}

#[tokio::test]
async fn head_has_the_length_but_no_body() {
    let response = ask("HEAD", "/", &[]).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-length"], long().len().to_string());
    assert_eq!(text(response).await, "");
}

#[tokio::test]
async fn nothing_can_be_written() {
    for method in ["POST", "PUT", "DELETE"] {
        assert_eq!(ask(method, "/", &[]).await.status(), 405, "{method}");
    }
}

#[tokio::test]
async fn compression_is_for_those_who_take_it() {
    for (accepted, compressed) in [
        ("gzip, br", true),
        ("br;q=1.0, gzip;q=0.5", true),
        ("*", true),
        ("gzip;q=0", false),
        ("gzip;q=0, *", false),
        ("identity", false),
    ] {
        let response = ask("GET", "/", &[("accept-encoding", accepted)]).await;
        assert_eq!(response.headers().contains_key("content-encoding"), compressed, "{accepted}");
        assert_eq!(response.headers()["vary"], "accept-encoding");
    }
}

#[tokio::test]
async fn what_a_visitor_holds_is_not_sent_again() {
    for encoding in ["gzip", "identity"] {
        let first = ask("GET", "/", &[("accept-encoding", encoding)]).await;
        let tag = first.headers()["etag"].to_str().unwrap().to_owned();
        let again = ask("GET", "/", &[("accept-encoding", encoding), ("if-none-match", &tag)]).await;
        assert_eq!(again.status(), 304);
        assert_eq!(again.headers()["etag"], tag.as_str());
        assert_eq!(text(again).await, "");
        let weak = format!("\"other\", W/{tag}");
        let listed = ask("GET", "/", &[("accept-encoding", encoding), ("if-none-match", &weak)]).await;
        assert_eq!(listed.status(), 304);
    }
    assert_eq!(ask("GET", "/", &[("if-none-match", "\"other\"")]).await.status(), 200);
}

#[tokio::test]
async fn answers_are_counted_by_status() {
    let (router, metrics) = served();
    for path in ["/", "/", "/none"] {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        router.clone().oneshot(request).await.unwrap();
    }
    let text = metrics.render();
    assert!(text.contains("seasense_frontend_http_requests_total{code=\"200\"} 2\n"), "{text}");
    assert!(text.contains("seasense_frontend_http_requests_total{code=\"404\"} 1\n"), "{text}");
}
