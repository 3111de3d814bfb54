//! Fetches a file and verifies its pinned hash.

use std::time::Duration;

use futures_util::StreamExt;
use sha2::{Digest, Sha256};

use crate::base::{
    failure::{Context, Failure, Kind, Result},
    http::client_for_url,
    k8s::tls,
};

/// Upper limit for the size of a file in bytes.
const MAX: usize = 32 << 20;
/// Upper limit for the time without data from the server.
const SILENCE: Duration = Duration::from_secs(30);

/// Returns the content of `url`, whose SHA-256 must be `sha256` (64 hex digits). Fails with kind `Tool`.
pub async fn fetch(url: &str, sha256: &str) -> Result<Vec<u8>> {
    let message = || format!("cannot fetch `{url}`");
    tls::install();
    let client = client_for_url(url)
        .connect_timeout(SILENCE)
        .read_timeout(SILENCE)
        .build()
        .context(Kind::Internal, "cannot create an HTTP client")?;
    let answer = client.get(url).send().await.and_then(reqwest::Response::error_for_status);
    let mut body = answer.with_context(Kind::Tool, message)?.bytes_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        bytes.extend_from_slice(&chunk.with_context(Kind::Tool, message)?);
        if bytes.len() > MAX {
            return Err(
                Failure::new(Kind::Tool, message()).because(format!("the file is larger than {MAX} bytes"))
            );
        }
    }
    let found = hex::encode(Sha256::digest(&bytes));
    if found != sha256.to_ascii_lowercase() {
        return Err(Failure::new(Kind::Tool, format!("`{url}` does not match its pinned hash"))
            .because(format!("the pinned SHA-256 is {sha256}, the content has {found}"))
            .hint("upstream may have replaced the release; compare both files before you change the pin"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    /// A server that responds once with `answer`.
    async fn serve(answer: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = [0; 1024];
            let _ = socket.read(&mut request).await.unwrap();
            socket.write_all(answer.as_bytes()).await.unwrap();
        });
        format!("http://{address}/release.yaml")
    }

    const GOOD: &str = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\na: 1\n";

    #[tokio::test]
    async fn the_pinned_file_is_returned() {
        let sha256 = hex::encode(Sha256::digest("a: 1\n"));
        assert_eq!(fetch(&serve(GOOD).await, &sha256).await.unwrap(), b"a: 1\n");
    }

    #[tokio::test]
    async fn a_file_with_another_hash_is_refused() {
        let failure = fetch(&serve(GOOD).await, &"0".repeat(64)).await.unwrap_err();
        assert!(failure.message.ends_with("does not match its pinned hash"), "{failure:?}");
    }

    #[tokio::test]
    async fn an_error_or_truncated_response_is_a_failure() {
        for answer in [
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 50\r\nconnection: close\r\n\r\na: 1\n",
        ] {
            let failure = fetch(&serve(answer).await, &"0".repeat(64)).await.unwrap_err();
            assert!(failure.message.starts_with("cannot fetch `http://127.0.0.1:"), "{failure:?}");
        }
    }
}
