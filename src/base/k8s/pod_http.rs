//! HTTP requests to a port inside a pod, through the API server.

use k8s_openapi::api::core::v1::Pod;
use kube::api::Api;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Client, client::failure};
use crate::base::failure::{Context, Failure, Kind, Result};

/// The maximum size of a response.
const LIMIT: u64 = 32 << 20;

impl Client {
    /// GETs `path` from `port` inside the pod `(namespace, name)`; any status but 200 is a failure.
    pub async fn http_get(&self, pod: (&str, &str), port: u16, path: &str) -> Result<String> {
        match self.http_answer(pod, port, path).await? {
            (200, body) => Ok(body),
            (status, _) => Err(Failure::new(
                Kind::Cluster,
                format!("get {path} from port {port} of Pod {}/{}", pod.0, pod.1),
            )
            .because(format!("the status is {status}"))),
        }
    }

    /// GETs `path` from `port` inside the pod `(namespace, name)`; returns the status and the body.
    pub async fn http_answer(
        &self,
        (namespace, pod): (&str, &str),
        port: u16,
        path: &str,
    ) -> Result<(u16, String)> {
        let what = || format!("get {path} from port {port} of Pod {namespace}/{pod}");
        let pods: Api<Pod> = Api::namespaced(self.api.clone(), namespace);
        let mut forwarder = pods.portforward(pod, &[port]).await.map_err(|error| failure(what(), &error))?;
        let mut stream = forwarder
            .take_stream(port)
            .ok_or_else(|| Failure::new(Kind::Cluster, what()).because("the port was not forwarded"))?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.with_context(Kind::Cluster, what)?;
        let mut answer = Vec::new();
        stream.take(LIMIT).read_to_end(&mut answer).await.with_context(Kind::Cluster, what)?;
        read(&answer).map_err(|cause| Failure::new(Kind::Cluster, what()).because(cause))
    }
}

/// The status and the body of a response.
fn read(answer: &[u8]) -> std::result::Result<(u16, String), String> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or("the response is incomplete")?;
    let (head, body) = (String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase(), &answer[end + 4..]);
    let first = head.lines().next().unwrap_or_default();
    let status = first.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| format!("the status is `{first}`"))?;
    let chunked = head.lines().any(|line| line.starts_with("transfer-encoding:") && line.contains("chunked"));
    let body = if chunked { joined(body).ok_or("the response is incomplete")? } else { body.to_vec() };
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}

/// Joins the chunks of a chunked body.
fn joined(mut chunked: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = chunked.windows(2).position(|two| two == b"\r\n")?;
        let length = std::str::from_utf8(&chunked[..end]).ok()?.split(';').next()?.trim();
        let length = usize::from_str_radix(length, 16).ok()?;
        if length == 0 {
            return Some(body);
        }
        let begin = end + 2;
        body.extend_from_slice(chunked.get(begin..begin.checked_add(length)?)?);
        chunked = chunked.get(begin + length + 2..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_and_chunked_bodies_are_read() {
        assert_eq!(read(b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nhello"), Ok((200, "hello".to_owned())));
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n";
        assert_eq!(read(chunked), Ok((200, "hello world".to_owned())));
    }

    #[test]
    fn invalid_responses_are_errors() {
        assert_eq!(read(b"HTTP/1.1 503 x\r\n\r\nwhy"), Ok((503, "why".to_owned())), "an answer");
        assert!(read(b"HTTP/1.1 x\r\n\r\n").is_err());
        assert!(read(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel").is_err());
        assert!(read(b"").is_err());
    }
}
