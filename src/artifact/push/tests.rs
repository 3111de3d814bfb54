//! A push against a registry of the test's own, which keeps what it is given and notes what it is asked.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use super::{super::pack::pack, *};
use crate::artifact::{Provenance, Rendered};

#[derive(Default)]
struct Registry {
    kept: Mutex<BTreeMap<String, Vec<u8>>>,
    calls: Mutex<Vec<String>>,
    /// Answers every manifest with another digest.
    lies: bool,
}

impl Registry {
    async fn start(self) -> (Arc<Self>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let registry = Arc::new(self);
        let serving = Arc::clone(&registry);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(Arc::clone(&serving).serve(socket));
            }
        });
        (registry, host)
    }

    async fn serve(self: Arc<Self>, socket: TcpStream) {
        let mut socket = BufReader::new(socket);
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if socket.read_line(&mut line).await.unwrap_or(0) == 0 {
                return;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
            head.push_str(&line);
        }
        let mut body = vec![0; length];
        socket.read_exact(&mut body).await.unwrap();
        let request = head.lines().next().unwrap().rsplit_once(' ').unwrap().0.to_owned();
        let answer = self.answer(&request, body);
        self.calls.lock().unwrap().push(request);
        let text = format!("HTTP/1.1 {answer}content-length: 0\r\nconnection: close\r\n\r\n");
        socket.write_all(text.as_bytes()).await.unwrap();
    }

    fn answer(&self, request: &str, body: Vec<u8>) -> String {
        let (method, path) = request.split_once(' ').unwrap();
        let digest = format!("sha256:{}", hex::encode(Sha256::digest(&body)));
        let mut kept = self.kept.lock().unwrap();
        match method {
            "HEAD" | "GET" => match kept.get(path.rsplit_once('/').unwrap().1) {
                Some(_) if self.lies => format!("200 OK\r\nDocker-Content-Digest: sha256:{:064x}\r\n", 1),
                Some(bytes) => {
                    let digest = hex::encode(Sha256::digest(bytes));
                    format!("200 OK\r\nDocker-Content-Digest: sha256:{digest}\r\n")
                }
                None => "404 Not Found\r\n".to_owned(),
            },
            "POST" => "202 Accepted\r\nLocation: /v2/platform/blobs/uploads/1\r\n".to_owned(),
            _ => {
                kept.insert(digest.clone(), body);
                format!("201 Created\r\nLocation: /v2/platform/{digest}\r\n")
            }
        }
    }

    fn sent(&self) -> usize {
        self.calls.lock().unwrap().iter().filter(|call| call.starts_with("PUT")).count()
    }
}

fn packed() -> Packed {
    let rendered =
        Rendered { files: [("a.yaml".to_owned(), b"a: 1\n".to_vec())].into(), ..Rendered::default() };
    pack(&rendered, &Provenance::default()).unwrap()
}

#[tokio::test]
async fn what_is_there_already_is_not_sent_again() {
    let (registry, host) = Registry::default().start().await;
    let packed = packed();
    assert_eq!(push(&packed, &host, "platform").await.unwrap(), packed.digest);
    assert_eq!(registry.sent(), 3, "{:?}", registry.calls.lock().unwrap());
    for blob in [&packed.root.layer, &packed.root.config, &packed.root.manifest] {
        assert_eq!(registry.kept.lock().unwrap()[&blob.digest], blob.bytes);
    }
    assert_eq!(push(&packed, &host, "platform").await.unwrap(), packed.digest);
    assert_eq!(registry.sent(), 3);
    registry.kept.lock().unwrap().remove(&packed.digest);
    push(&packed, &host, "platform").await.unwrap();
    assert_eq!(registry.sent(), 4, "only the manifest was missing");
}

#[tokio::test]
async fn a_registry_that_keeps_something_else_is_not_trusted() {
    let (_, host) = Registry { lies: true, ..Registry::default() }.start().await;
    let failure = push(&packed(), &host, "platform").await.unwrap_err();
    assert_eq!(failure.message, format!("cannot read back the manifest from `{host}/platform`"));
    assert!(failure.causes.iter().any(|cause| cause.contains(&packed().digest)), "{failure:?}");
}

#[tokio::test]
async fn a_registry_that_does_not_answer_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    drop(listener);
    let failure = push(&packed(), &host, "platform").await.unwrap_err();
    assert_eq!(
        (failure.kind, failure.message),
        (Kind::Tool, format!("cannot push a blob to `{host}/platform`"))
    );
    assert_eq!(failure.hints, [format!("see whether the registry answers: curl http://{host}/v2/")]);
}

#[test]
fn only_this_machine_is_spoken_to_in_the_clear() {
    for host in ["127.0.0.1:5050", "localhost:5000", "[::1]:5000", "127.0.0.1"] {
        assert!(is_loopback(host), "{host}");
    }
    for host in
        ["registry.example:5000", "10.0.0.1:5000", "localhost.example.org", "127.0.0.1.example.org:80"]
    {
        assert!(!is_loopback(host), "{host}");
    }
}
