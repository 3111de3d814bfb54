//! Whether official images can be reached from here: a quick question to two registries that everything depends on.

use std::time::Duration;

use crate::{
    base::{
        failure::{Context, Kind, Result},
        k8s::tls,
    },
    config::infra::Versions,
    registry::is_local,
};

/// A registry that is near answers within this; one that is blocked often never does.
const LIMIT: Duration = Duration::from_secs(3);
const REGISTRIES: [(&str, &str); 2] =
    [("registry.k8s.io", "registry.k8s.io"), ("docker.io", "registry-1.docker.io")];

/// What the question came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Whether every registry answered.
    pub all: bool,
    /// What to tell.
    pub reason: String,
}

/// Asks every registry at once.
pub async fn look(versions: &Versions) -> Result<Reach> {
    tls::install();
    let client =
        reqwest::Client::builder().timeout(LIMIT).build().context(Kind::Internal, "make an HTTP client")?;
    let [first, second] = REGISTRIES.map(|(name, host)| ask(&client, name, address(versions, name, host)));
    let (first, second) = tokio::join!(first, second);
    let failed: Vec<String> = [first, second].into_iter().filter_map(Result::err).collect();
    let reason = if failed.is_empty() {
        "registry.k8s.io and docker.io answer".to_owned()
    } else {
        format!("no answer from {}", failed.join("; "))
    };
    Ok(Reach { all: failed.is_empty(), reason })
}

/// Where the registry `name` is asked: at its mirror, or at `host`.
fn address(versions: &Versions, name: &str, host: &str) -> String {
    let host = versions.mirrors.get(name).map_or(host, String::as_str);
    let scheme = if is_local(host) { "http" } else { "https" };
    format!("{scheme}://{host}/v2/")
}

/// A registry lets one in or asks for a token; anything else is said by something that stands in between.
async fn ask(client: &reqwest::Client, name: &str, url: String) -> Result<(), String> {
    let answer = client.get(url).send().await.map_err(|error| format!("{name}: {}", root_cause(&error)))?;
    match answer.status().as_u16() {
        200 | 401 => Ok(()),
        code => Err(format!("{name}: status {code} is not what a registry says")),
    }
}

fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    if error.is_timeout() { format!("nothing within {} s", LIMIT.as_secs()) } else { cause.to_string() }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    /// Something on this machine that says `status` to everybody; gives its address.
    async fn says(status: &'static str) -> String {
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

    /// An address where nothing listens.
    async fn nobody() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().to_string()
    }

    async fn looked(kubernetes: String, docker: String) -> Reach {
        let mirrors = [("registry.k8s.io".to_owned(), kubernetes), ("docker.io".to_owned(), docker)];
        look(&Versions { mirrors: mirrors.into(), ..Versions::default() }).await.unwrap()
    }

    #[tokio::test]
    async fn registries_that_let_in_or_ask_for_a_token_are_reached() {
        let reach = looked(says("200 OK").await, says("401 Unauthorized").await).await;
        assert_eq!(reach, Reach { all: true, reason: "registry.k8s.io and docker.io answer".to_owned() });
    }

    #[tokio::test]
    async fn one_that_does_not_answer_is_named() {
        let reach = looked(says("200 OK").await, nobody().await).await;
        assert!(!reach.all && reach.reason.starts_with("no answer from docker.io: "), "{reach:?}");
        assert!(!reach.reason.contains("registry.k8s.io"), "{reach:?}");
    }

    #[tokio::test]
    async fn what_stands_in_between_is_no_registry() {
        let reach = looked(says("403 Forbidden").await, says("503 Service Unavailable").await).await;
        let expected = "no answer from registry.k8s.io: status 403 is not what a registry says; \
                        docker.io: status 503 is not what a registry says";
        assert_eq!((reach.all, reach.reason.as_str()), (false, expected));
    }

    #[test]
    fn a_mirror_on_this_machine_is_asked_without_tls() {
        let mirrors = |host: &str| {
            let mirrors = [("docker.io".to_owned(), host.to_owned())].into();
            address(&Versions { mirrors, ..Versions::default() }, "docker.io", "registry-1.docker.io")
        };
        assert_eq!(mirrors("localhost:5001"), "http://localhost:5001/v2/");
        assert_eq!(mirrors("mirror.example"), "https://mirror.example/v2/");
        assert_eq!(
            address(&Versions::default(), "docker.io", "registry-1.docker.io"),
            "https://registry-1.docker.io/v2/"
        );
    }
}
