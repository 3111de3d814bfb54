//! Fetches a file by its address and takes it only if its hash is the one that was pinned.

use std::time::Duration;

use futures_util::StreamExt;
use sha2::{Digest, Sha256};

use crate::base::failure::{Context, Failure, Kind, Result};

/// No file that is fetched whole may be larger, in bytes.
const MAX: usize = 32 << 20;
/// No server may be silent for longer.
const SILENCE: Duration = Duration::from_secs(30);

/// The bytes at `url`, whose SHA-256 is `sha256` (64 hex digits). Fails with kind `Tool`.
pub async fn fetch(url: &str, sha256: &str) -> Result<Vec<u8>> {
    let message = || format!("cannot fetch `{url}`");
    // Without effect where a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .connect_timeout(SILENCE)
        .read_timeout(SILENCE)
        .build()
        .context(Kind::Internal, "make an HTTP client")?;
    let answer = client.get(url).send().await.and_then(reqwest::Response::error_for_status);
    let mut body = answer.with_context(Kind::Tool, message)?.bytes_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        bytes.extend_from_slice(&chunk.with_context(Kind::Tool, message)?);
        if bytes.len() > MAX {
            return Err(Failure::new(Kind::Tool, message()).because(format!("it is larger than {MAX} bytes")));
        }
    }
    let found = hex::encode(Sha256::digest(&bytes));
    if found != sha256.to_ascii_lowercase() {
        return Err(Failure::new(Kind::Tool, format!("`{url}` is not the file that was pinned"))
            .because(format!("pinned is sha256 {sha256}, the answer has {found}"))
            .hint("upstream may have released it again; compare the two before you change the pin"));
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

    /// A server that gives one answer to one request.
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
    async fn the_pinned_file_is_taken() {
        let sha256 = hex::encode(Sha256::digest("a: 1\n"));
        assert_eq!(fetch(&serve(GOOD).await, &sha256).await.unwrap(), b"a: 1\n");
    }

    #[tokio::test]
    async fn another_file_is_refused() {
        let failure = fetch(&serve(GOOD).await, &"0".repeat(64)).await.unwrap_err();
        assert!(failure.message.ends_with("is not the file that was pinned"), "{failure:?}");
    }

    #[tokio::test]
    async fn an_error_or_half_an_answer_is_a_failure() {
        for answer in [
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 50\r\nconnection: close\r\n\r\na: 1\n",
        ] {
            let failure = fetch(&serve(answer).await, &"0".repeat(64)).await.unwrap_err();
            assert!(failure.message.starts_with("cannot fetch `http://127.0.0.1:"), "{failure:?}");
        }
    }
}
