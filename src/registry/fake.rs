//! A registry for tests. It stores what is pushed, records requests, and injects faults.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use crate::base::digest::Digest;

/// A fault in the response to one request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The connection is closed without a response.
    Drop,
    /// The response has this status code.
    Status(u16),
}

#[derive(Default)]
struct State {
    /// The stored content by repository and digest, or tag.
    content: BTreeMap<(String, String), Vec<u8>>,
    requests: Vec<String>,
    faults: Vec<(String, String, Fault)>,
    /// Whether manifests are reported with a wrong digest.
    wrong_digests: bool,
}

/// The running registry.
pub struct FakeRegistry {
    /// Its address, `127.0.0.1:PORT`.
    pub host: String,
    state: Arc<Mutex<State>>,
}

impl FakeRegistry {
    /// Starts a registry on a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let state = Arc::new(Mutex::new(State::default()));
        let serving = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(Arc::clone(&serving), socket));
            }
        });
        Self { host, state }
    }

    /// Stores content.
    pub fn store(&self, repository: &str, digest: &str, bytes: &[u8]) {
        let key = (repository.to_owned(), digest.to_owned());
        self.state.lock().unwrap().content.insert(key, bytes.to_vec());
    }

    /// Removes content.
    pub fn remove(&self, repository: &str, digest: &str) {
        self.state.lock().unwrap().content.remove(&(repository.to_owned(), digest.to_owned()));
    }

    /// Whether the content exists.
    pub fn has(&self, repository: &str, digest: &str) -> bool {
        self.state.lock().unwrap().content.contains_key(&(repository.to_owned(), digest.to_owned()))
    }

    /// Injects a fault into the next request with `method` (any if empty) whose path contains `path`.
    pub fn fail(&self, method: &str, path: &str, fault: Fault) {
        self.state.lock().unwrap().faults.push((method.to_owned(), path.to_owned(), fault));
    }

    /// Reports wrong digests for manifests from now on.
    pub fn report_wrong_digests(&self) {
        self.state.lock().unwrap().wrong_digests = true;
    }

    /// Returns stored content.
    pub fn content(&self, repository: &str, digest: &str) -> Option<Vec<u8>> {
        self.state.lock().unwrap().content.get(&(repository.to_owned(), digest.to_owned())).cloned()
    }

    /// The number of pushed blobs and manifests.
    pub fn pushes(&self) -> usize {
        self.state.lock().unwrap().requests.iter().filter(|line| line.starts_with("PUT ")).count()
    }

    /// Whether any request contained `part`.
    pub fn requested(&self, part: &str) -> bool {
        self.state.lock().unwrap().requests.iter().any(|line| line.contains(part))
    }

    /// The number of requests that change content.
    pub fn writes(&self) -> usize {
        let state = self.state.lock().unwrap();
        state.requests.iter().filter(|line| !line.starts_with("GET ") && !line.starts_with("HEAD ")).count()
    }
}

async fn serve(state: Arc<Mutex<State>>, socket: TcpStream) {
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
    let Some((head, body)) = state.lock().unwrap().respond(&request, body) else { return };
    let head = format!("HTTP/1.1 {head}content-length: {}\r\nconnection: close\r\n\r\n", body.len());
    socket.write_all(head.as_bytes()).await.unwrap();
    if !request.starts_with("HEAD ") {
        socket.write_all(&body).await.unwrap();
    }
}

impl State {
    /// Returns the head and the body of the response; `None` closes the connection.
    fn respond(&mut self, request: &str, body: Vec<u8>) -> Option<(String, Vec<u8>)> {
        self.requests.push(request.to_owned());
        let (method, path) = request.split_once(' ').unwrap();
        let matches = |(of, part, _): &(String, String, Fault)| method.starts_with(of) && path.contains(part);
        if let Some(at) = self.faults.iter().position(matches) {
            return match self.faults.remove(at).2 {
                Fault::Drop => None,
                Fault::Status(code) => Some((format!("{code} Broken\r\n"), Vec::new())),
            };
        }
        let path = path.strip_prefix("/v2/").unwrap_or_default();
        let created = |location: &str| Some((format!("201 Created\r\nLocation: {location}\r\n"), Vec::new()));
        match method {
            "POST" => {
                let location = format!("/v2/{}1", path.trim_end_matches('/').to_owned() + "/");
                Some((format!("202 Accepted\r\nLocation: {location}\r\n"), Vec::new()))
            }
            "PUT" if path.contains("/uploads/") => {
                let (repository, rest) = path.split_once("/blobs/").unwrap();
                let digest = rest.split_once("digest=").unwrap().1.replace("%3A", ":");
                assert_eq!(digest, *Digest::of(&body), "the content does not match its digest");
                self.content.insert((repository.to_owned(), digest), body);
                created("/blob")
            }
            "PUT" => {
                let (repository, tag) = path.split_once("/manifests/").unwrap();
                let digest = Digest::of(&body).to_string();
                self.content.insert((repository.to_owned(), digest), body.clone());
                self.content.insert((repository.to_owned(), tag.to_owned()), body);
                created("/manifest")
            }
            _ => Some(self.lookup(path)),
        }
    }

    fn lookup(&self, path: &str) -> (String, Vec<u8>) {
        let separator = if path.contains("/manifests/") { "/manifests/" } else { "/blobs/" };
        let key =
            path.split_once(separator).map(|(repository, name)| (repository.to_owned(), name.to_owned()));
        match key.and_then(|key| self.content.get(&key)) {
            Some(bytes) if separator == "/manifests/" => {
                let digest = Digest::of(if self.wrong_digests { &b"something else"[..] } else { bytes });
                (format!("200 OK\r\nDocker-Content-Digest: {digest}\r\n"), bytes.clone())
            }
            Some(bytes) => ("200 OK\r\n".to_owned(), bytes.clone()),
            None => {
                let body = r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"none","detail":null}]}"#;
                ("404 Not Found\r\n".to_owned(), body.as_bytes().to_vec())
            }
        }
    }
}
