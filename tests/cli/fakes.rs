//! A fake container daemon and a fake Kubernetes API. The test defines their responses; they record their
//! requests.

use std::{
    io::{Read, Write},
    net::TcpListener,
    os::unix::net::UnixListener,
    path::Path,
    sync::{Arc, Condvar, Mutex},
    time::Duration,
};

use serde_json::{Value, json};

/// A response with status and body; `None` never responds.
pub type Response = Option<(u16, Value)>;

/// The recorded requests as `METHOD path?query`, in order.
#[derive(Clone, Default)]
pub struct Requests(Arc<(Mutex<Vec<String>>, Condvar)>);

impl Requests {
    pub fn all(&self) -> Vec<String> {
        self.0.0.lock().unwrap().clone()
    }

    fn add(&self, line: String) {
        self.0.0.lock().unwrap().push(line);
        self.0.1.notify_all();
    }

    /// Waits for a request that contains `part`.
    pub fn wait_for(&self, part: &str) {
        let lines = self.0.0.lock().unwrap();
        let missing = |lines: &mut Vec<String>| !lines.iter().any(|line| line.contains(part));
        let (lines, late) = self.0.1.wait_timeout_while(lines, Duration::from_secs(30), missing).unwrap();
        assert!(!late.timed_out(), "no request contains {part}: {lines:?}");
    }
}

/// Starts a container daemon at `socket`. If `answer` returns `None`, it responds like a daemon without
/// containers.
pub fn docker(socket: &Path, answer: impl Fn(&str) -> Option<Response> + Send + Sync + 'static) -> Requests {
    let listener = UnixListener::bind(socket).unwrap();
    let requests = Requests::default();
    let (recorded, answer) = (requests.clone(), Arc::new(answer));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (recorded, answer) = (recorded.clone(), Arc::clone(&answer));
            std::thread::spawn(move || {
                serve(stream, &recorded, |line| answer(line).unwrap_or_else(|| Some(empty_daemon(line))));
            });
        }
    });
    requests
}

fn empty_daemon(line: &str) -> (u16, Value) {
    let path = line.split(['?', ' ']).nth(1).unwrap_or_default();
    match path.rsplit('/').next().unwrap_or_default() {
        "version" => (200, json!({"ApiVersion": "1.41", "MinAPIVersion": "1.12", "Version": "20.10.24"})),
        "volumes" => (200, json!({"Volumes": [], "Warnings": null})),
        "json" | "networks" => (200, json!([])),
        "info" => (200, json!({"OSType": "linux", "Architecture": std::env::consts::ARCH})),
        _ => (404, json!({"message": "not found"})),
    }
}

/// Returns the containers of a complete cluster named `cluster` that seasense owns.
pub fn node(cluster: &str) -> Value {
    json!([{"Id": "node-1", "Names": [format!("/{cluster}-control-plane")], "State": "running",
        "Status": "Up 3 minutes", "Image": "node", "ImageID": "sha256:1",
        "Labels": {"io.x-k8s.kind.cluster": cluster}, "Mounts": [{"Destination": "/etc/seasense", "Source": "/mark"}]}])
}

/// Starts a Kubernetes API on a port of 127.0.0.1. If `answer` returns `None`, the resource does not exist.
pub fn kubernetes(answer: impl Fn(&str) -> Option<Value> + Send + Sync + 'static) -> (u16, Requests) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let requests = Requests::default();
    let (recorded, answer) = (requests.clone(), Arc::new(answer));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (recorded, answer) = (recorded.clone(), Arc::clone(&answer));
            std::thread::spawn(move || {
                let absent = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404,
                    "reason": "NotFound", "message": "not found"});
                serve(stream, &recorded, |line| {
                    let path = line.split(['?', ' ']).nth(1).unwrap_or_default();
                    Some(answer(path).map_or_else(|| (404, absent.clone()), |body| (200, body)))
                });
            });
        }
    });
    (port, requests)
}

fn serve(mut stream: impl Read + Write, requests: &Requests, answer: impl Fn(&str) -> Response) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let line = head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
    requests.add(line.clone());
    let Some((code, body)) = answer(&line) else {
        // Keeps the connection open until the caller closes it.
        let _ = stream.read(&mut byte);
        return;
    };
    let body = body.to_string();
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {code} X\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}
