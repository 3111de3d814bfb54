//! A fake forge for tests: sends prepared responses and records the requests.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// A received request.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// `METHOD path?query`.
    pub line: String,
    /// The header that carries the token.
    pub token: String,
    /// The body; null without one.
    pub body: Value,
}

/// A response: status, further header lines, body.
pub type Response = (u16, &'static str, Value);

/// A server on a port of 127.0.0.1.
pub struct Server {
    pub api: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Starts a server that responds with `respond`; its number counts equal request lines from 1.
    pub async fn new(respond: impl Fn(&str, usize) -> Response + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = format!("http://{}/api", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::<Request>::new()));
        let log = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let Some(request) = read(&mut socket).await else { continue };
                let count = {
                    let mut log = log.lock().unwrap();
                    log.push(request.clone());
                    log.iter().filter(|other| other.line == request.line).count()
                };
                let (code, headers, body) = respond(&request.line, count);
                let body = body.to_string();
                let head = format!(
                    "HTTP/1.1 {code} X\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                let _ = socket.write_all(format!("{head}{body}").as_bytes()).await;
            }
        });
        Self { api, requests }
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    pub fn lines(&self) -> Vec<String> {
        self.requests().into_iter().map(|request| request.line).collect()
    }
}

async fn read(socket: &mut TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(socket);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
        if line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_owned());
    }
    let header = |names: &[&str]| {
        let found = lines.iter().filter_map(|line| line.split_once(": "));
        found
            .filter(|(name, _)| names.contains(&name.to_ascii_lowercase().as_str()))
            .map(|(_, value)| value.to_owned())
            .next()
    };
    let length = header(&["content-length"]).and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).await.ok()?;
    let line = lines.first()?.trim_end_matches(" HTTP/1.1").replace(" /api", " ");
    let token = header(&["authorization", "private-token"]).unwrap_or_default();
    Some(Request { line, token, body: serde_json::from_slice(&body).unwrap_or(Value::Null) })
}
