//! A fake container daemon with one node. It records the changes that are requested.

use std::{
    io::{Read, Write},
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};

/// The daemon.
pub struct Daemon {
    socket: PathBuf,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    stopped: bool,
    /// The requested changes: the last part of each path of a POST request.
    changes: Vec<String>,
}

impl Daemon {
    /// Starts a daemon in `folder` with the node of `cluster`.
    pub fn start(folder: &Path, cluster: &'static str) -> Self {
        let socket = folder.join("docker.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let state: Arc<Mutex<State>> = Arc::default();
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(stream, cluster, &mut shared.lock().unwrap());
            }
        });
        Self { socket, state }
    }

    /// Returns the value of `DOCKER_HOST`.
    pub fn host(&self) -> String {
        format!("unix://{}", self.socket.display())
    }

    /// Returns the changes that were requested so far.
    pub fn changes(&self) -> Vec<String> {
        self.state.lock().unwrap().changes.clone()
    }
}

fn serve(mut stream: UnixStream, cluster: &str, state: &mut State) {
    let (mut request, mut byte) = (Vec::new(), [0]);
    while !request.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).unwrap_or(0) == 0 {
            return;
        }
        request.push(byte[0]);
    }
    let request = String::from_utf8(request).unwrap();
    let mut words = request.split_whitespace();
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let (code, body) = answer(method, path, cluster, state);
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let head = format!(
        "HTTP/1.1 {code} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}

fn answer(method: &str, path: &str, cluster: &str, state: &mut State) -> (u16, Value) {
    if path.ends_with("/version") {
        return (200, json!({"ApiVersion": "1.41", "MinAPIVersion": "1.24", "Version": "20.10.24"}));
    }
    if path.contains("/containers/json") {
        return (200, if path.contains("io.x-k8s.kind") { json!([node(cluster, state)]) } else { json!([]) });
    }
    if method != "POST" {
        return (404, json!({"message": "not found"}));
    }
    let action = path.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
    // Commands in a container are not supported, and the fleet's container does not exist.
    if action == "exec" || path.contains("-fleet/") {
        return (404, json!({"message": "no such container"}));
    }
    state.stopped |= action == "kill" || action == "stop";
    state.changes.push(action);
    (200, json!({}))
}

fn node(cluster: &str, state: &State) -> Value {
    json!({"Id": "the-node", "Names": [format!("/{cluster}-control-plane")],
        "State": if state.stopped { "exited" } else { "running" },
        "Mounts": [{"Type": "bind", "Source": "/mark", "Destination": "/etc/seasense"}]})
}
