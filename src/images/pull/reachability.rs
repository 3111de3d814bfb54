//! Checks whether official images can be pulled: a short request to two registries that the platform needs.

use std::time::Duration;

use crate::{base::failure::Result, config::infra::Versions, registry::ping};

/// A reachable registry responds within this time; a blocked one often never does.
const LIMIT: Duration = Duration::from_secs(3);
const REGISTRIES: [(&str, &str); 2] =
    [("registry.k8s.io", "registry.k8s.io"), ("docker.io", "registry-1.docker.io")];

/// The result of the check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reachability {
    /// Whether every registry responded.
    pub all: bool,
    /// The explanation for the user.
    pub reason: String,
}

/// Checks every registry concurrently.
pub async fn check_reachability(versions: &Versions) -> Result<Reachability> {
    let [first, second] = REGISTRIES.map(|(name, host)| check(versions, name, host));
    let (first, second) = tokio::join!(first, second);
    let mut failed = Vec::new();
    for result in [first?, second?] {
        failed.extend(result.err());
    }
    let reason = if failed.is_empty() {
        "registry.k8s.io and docker.io respond".to_owned()
    } else {
        format!("no response from {}", failed.join("; "))
    };
    Ok(Reachability { all: failed.is_empty(), reason })
}

/// Checks the mirror of the registry `name`, or `host` if it has none.
async fn check(versions: &Versions, name: &str, host: &str) -> Result<Result<(), String>> {
    let host = versions.mirrors.get(name).map_or(host, String::as_str);
    Ok(ping(host, LIMIT).await?.map_err(|error| format!("{name}: {error}")))
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    /// Starts a server that responds with `status` to every request. Returns its address.
    async fn responding(status: &'static str) -> String {
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
    async fn closed() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().to_string()
    }

    async fn checked(kubernetes: String, docker: String) -> Reachability {
        let mirrors = [("registry.k8s.io".to_owned(), kubernetes), ("docker.io".to_owned(), docker)];
        check_reachability(&Versions { mirrors: mirrors.into(), ..Versions::default() }).await.unwrap()
    }

    #[tokio::test]
    async fn registries_that_respond_or_require_a_token_are_reachable() {
        let reach = checked(responding("200 OK").await, responding("401 Unauthorized").await).await;
        let reason = "registry.k8s.io and docker.io respond".to_owned();
        assert_eq!(reach, Reachability { all: true, reason });
    }

    #[tokio::test]
    async fn an_unreachable_registry_is_reported() {
        let reach = checked(responding("200 OK").await, closed().await).await;
        assert!(!reach.all, "{reach:?}");
        assert!(reach.reason.starts_with("no response from docker.io: "), "{reach:?}");
        assert!(!reach.reason.contains("registry.k8s.io"), "{reach:?}");
    }

    #[tokio::test]
    async fn other_statuses_are_not_from_a_registry() {
        let reach =
            checked(responding("403 Forbidden").await, responding("503 Service Unavailable").await).await;
        let expected =
            "no response from registry.k8s.io: unexpected status 403; docker.io: unexpected status 503";
        assert!(!reach.all);
        assert_eq!(reach.reason, expected);
    }
}
