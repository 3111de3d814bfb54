//! Tests the client against small servers on this machine.

use super::*;

const AUTHORITY: &str = include_str!("testdata/authority.pem");

#[test]
fn the_age_uses_the_servers_clock() {
    let summary: Summary = serde_json::from_str(
        r#"{"readings": 3, "buoys": 1, "latest_observed_at": "2026-01-01T00:00:00Z",
            "latest_received_at": "2026-01-01T00:00:01Z", "server_time": "2026-01-01T00:00:02.5Z"}"#,
    )
    .unwrap();
    assert_eq!(summary.age_s(), Some(2.5));
    assert_eq!(Summary { latest_observed_at: None, ..summary }.age_s(), None);
}

#[test]
fn reading_ahead_of_time_does_not_hide_silence() {
    let summary: Summary = serde_json::from_str(
        r#"{"readings": 3, "buoys": 1, "latest_observed_at": "2026-01-01T00:05:00Z",
            "latest_received_at": "2026-01-01T00:00:00Z", "server_time": "2026-01-01T00:04:00Z"}"#,
    )
    .unwrap();
    assert_eq!(summary.age_s(), Some(240.0), "nothing has arrived for four minutes");
    let old = "2026-01-01T00:03:59Z".parse().ok();
    let backlog = Summary {
        latest_observed_at: "2026-01-01T00:00:00Z".parse().ok(),
        latest_received_at: old,
        ..summary
    };
    assert_eq!(backlog.age_s(), Some(240.0), "what arrives was measured four minutes ago");
}

/// Answers each request with this head and body.
fn server(head: &'static str, body: &'static str) -> PublicEndpoint {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let answer = format!(
                "HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    PublicEndpoint::plain(port)
}

#[tokio::test]
async fn problem_of_the_api_is_not_one_of_the_gateway() {
    let endpoint = server(
        "503 Service Unavailable\r\ncontent-type: application/problem+json",
        r#"{"title": "Service Unavailable", "detail": "the database refuses", "code": "database-credentials"}"#,
    );
    let (health, _) = endpoint.probe().await;
    let reported = health.reported.unwrap();
    assert_eq!(
        (reported.code.as_str(), reported.detail.as_str()),
        ("database-credentials", "the database refuses")
    );
    assert!(
        !health.https && health.message.ends_with("Service Unavailable: the database refuses"),
        "{}",
        health.message
    );

    let gateway = server("503 Service Unavailable\r\ncontent-type: text/plain", "no healthy upstream");
    assert_eq!(gateway.probe().await.0.reported, None);
}

#[tokio::test]
async fn an_unreachable_gateway_has_a_cause() {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let endpoint = PublicEndpoint::new("seasense.localhost", port, AUTHORITY.as_bytes()).unwrap();
    let (health, summary) = endpoint.probe().await;
    assert!(!health.https && !health.tls_verified);
    assert_eq!(summary, None);
    assert!(health.message.contains("refused"), "{}", health.message);
}

#[tokio::test]
async fn plain_http_is_not_https() {
    use tokio::io::AsyncWriteExt;
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        }
    });
    let endpoint = PublicEndpoint::new("seasense.localhost", port, AUTHORITY.as_bytes()).unwrap();
    let (health, _) = endpoint.probe().await;
    assert!(!health.https && !health.tls_verified);
}

#[test]
fn the_default_port_is_omitted() {
    assert_eq!(public_url("sea.example", 443), "https://sea.example");
    assert_eq!(public_url("seasense.localhost", 8443), "https://seasense.localhost:8443");
}
