//! Tests of the check of registries.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;

/// Starts a server that responds with `status` to every request. Returns its address.
pub(in crate::images) async fn responding(status: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    host
}

/// Returns an address where nothing listens.
pub(in crate::images) async fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().to_string()
}

async fn checked(kubernetes: String, docker: String) -> Reachability {
    let mirrors = [("registry.k8s.io".to_owned(), kubernetes), ("docker.io".to_owned(), docker)];
    let versions = Versions { mirrors: mirrors.into(), ..Versions::default() };
    let image = |official: &str| toml::from_str(&format!("official = \"{official}\"")).unwrap();
    let images: Vec<ImageRecipe> =
        ["registry.k8s.io/pause:1", "docker.io/library/busybox:1", "busybox:2"].map(image).into();
    Reachability::check(&images, &versions).await.unwrap()
}

#[tokio::test]
async fn registries_that_respond_or_require_a_token_are_reachable() {
    let reach = checked(responding("200 OK").await, responding("401 Unauthorized").await).await;
    assert_eq!(reach.reason(), "docker.io, registry.k8s.io respond");
    assert!(reach.any());
    assert_eq!(reach.problem("docker.io"), None);
}

#[tokio::test]
async fn an_unreachable_registry_is_named_beside_the_others() {
    let reach = checked(responding("200 OK").await, closed().await).await;
    assert!(reach.any(), "{reach:?}");
    assert!(reach.reason().starts_with("registry.k8s.io respond, no response from docker.io: "), "{reach:?}");
    assert!(reach.problem("docker.io").is_some() && reach.problem("registry.k8s.io").is_none());
}

#[tokio::test]
async fn other_statuses_are_not_from_a_registry() {
    let reach = checked(responding("403 Forbidden").await, responding("503 Service Unavailable").await).await;
    let expected =
        "no response from docker.io: unexpected status 503; registry.k8s.io: unexpected status 403";
    assert!(!reach.any());
    assert_eq!(reach.reason(), expected);
}
