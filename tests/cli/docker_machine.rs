//! A fake container daemon with a list of containers, which can be listed and removed.

use std::{
    io::{Read, Write},
    os::unix::net::{UnixListener, UnixStream},
    path::Path,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};

/// The daemon, which runs until the test ends.
pub struct Machine {
    containers: Arc<Mutex<Vec<Value>>>,
}

/// Returns a running container as the daemon lists it.
pub fn container(name: &str, labels: &[(&str, &str)], mounts: &[(&str, &Path)]) -> Value {
    let labels: serde_json::Map<String, Value> =
        labels.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let mounts: Vec<Value> = mounts
        .iter()
        .map(|(target, source)| json!({"Type": "bind", "Destination": target, "Source": source}))
        .collect();
    json!({"Id": format!("id-{name}"), "Names": [format!("/{name}")], "State": "running", "Labels": labels,
        "Mounts": mounts})
}

impl Machine {
    /// Starts the daemon at `socket`.
    pub fn start(socket: &Path, containers: Vec<Value>) -> Self {
        let listener = UnixListener::bind(socket).unwrap();
        let containers = Arc::new(Mutex::new(containers));
        let shared = Arc::clone(&containers);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let containers = Arc::clone(&shared);
                std::thread::spawn(move || answer(stream, &containers));
            }
        });
        Self { containers }
    }

    /// Returns the sorted names of the existing containers.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.containers.lock().unwrap().iter().map(name).collect();
        names.sort();
        names
    }
}

fn name(container: &Value) -> String {
    container["Names"][0].as_str().unwrap().trim_start_matches('/').to_owned()
}

fn answer(mut stream: UnixStream, containers: &Mutex<Vec<Value>>) {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => request.push(byte[0]),
            _ => return,
        }
    }
    let request = String::from_utf8(request).unwrap();
    let mut words = request.split_whitespace();
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let parts: Vec<&str> =
        path.split('/').skip_while(|part| part.is_empty() || part.starts_with("v1.")).collect();
    if let ("HEAD", ["containers", named, "archive"]) = (method, parts.as_slice()) {
        let containers = containers.lock().unwrap();
        let _ = stream.write_all(stat(&containers, named, query).as_bytes());
        return;
    }
    let (code, body) = serve(method, &parts, query, containers);
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let head = format!(
        "HTTP/1.1 {code} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}

fn serve(method: &str, parts: &[&str], query: &str, containers: &Mutex<Vec<Value>>) -> (u16, Value) {
    let mut containers = containers.lock().unwrap();
    match (method, parts) {
        ("GET", ["version"]) => {
            (200, json!({"ApiVersion": "1.41", "MinAPIVersion": "1.12", "Version": "20.10"}))
        }
        ("GET", ["info"]) => (200, json!({"ServerVersion": "20.10", "SecurityOptions": []})),
        ("GET", ["containers", "json"]) => {
            let filters = filters(query);
            (
                200,
                containers
                    .iter()
                    .filter(|container| filters.iter().all(|filter| matches(container, filter)))
                    .cloned()
                    .collect(),
            )
        }
        ("DELETE", ["containers", removed]) => {
            let before = containers.len();
            containers.retain(|container| name(container) != *removed);
            if containers.len() < before {
                (204, Value::Null)
            } else {
                (404, json!({"message": "No such container"}))
            }
        }
        ("GET", ["volumes"]) => (200, json!({"Volumes": [], "Warnings": null})),
        ("GET", ["networks"] | ["images", "json"]) => (200, json!([])),
        _ => (404, json!({"message": format!("{method} {}", parts.join("/"))})),
    }
}

/// Returns the response for a path in a container: the file below the source of the container's mount.
fn stat(containers: &[Value], named: &str, query: &str) -> String {
    let path = percent_decoded(query.split('&').find_map(|part| part.strip_prefix("path=")).unwrap());
    let container = containers.iter().find(|container| name(container) == named);
    let mounts = container.and_then(|container| container["Mounts"].as_array());
    let file = mounts.into_iter().flatten().find_map(|mount| {
        let inside = path.strip_prefix(mount["Destination"].as_str()?)?.trim_start_matches('/');
        Some(Path::new(mount["Source"].as_str()?).join(inside))
    });
    let modified = file.and_then(|file| std::fs::metadata(file).ok()?.modified().ok());
    let end = "content-length: 0\r\nconnection: close\r\n\r\n";
    let Some(modified) = modified else { return format!("HTTP/1.1 404 X\r\n{end}") };
    let time = jiff::Timestamp::try_from(modified).unwrap();
    let stat = json!({"name": "x", "size": 1, "mode": 1, "mtime": time.to_string(), "linkTarget": ""});
    let stat = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, stat.to_string());
    format!("HTTP/1.1 200 X\r\nx-docker-container-path-stat: {stat}\r\n{end}")
}

/// Returns the filters of a request as pairs of field and value.
fn filters(query: &str) -> Vec<(String, String)> {
    let Some(filters) = query.split('&').find_map(|part| part.strip_prefix("filters=")) else {
        return Vec::new();
    };
    let filters: Value = serde_json::from_str(&percent_decoded(filters)).unwrap();
    let each = filters.as_object().unwrap().iter().flat_map(|(by, values)| {
        values.as_array().unwrap().iter().map(move |value| (by.clone(), value.as_str().unwrap().to_owned()))
    });
    each.collect()
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn matches(container: &Value, (by, value): &(String, String)) -> bool {
    if by == "name" {
        return format!("^/{}$", name(container)) == *value;
    }
    let (label, wanted) =
        value.split_once('=').map_or((value.as_str(), None), |(label, value)| (label, Some(value)));
    let found = container["Labels"][label].as_str();
    found.is_some() && wanted.is_none_or(|wanted| found == Some(wanted))
}
