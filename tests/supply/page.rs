//! A server for released files, in place of the upstream release pages.

use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    time::Duration,
};

/// The files by the end of their path; the last one answers every other request.
type Files = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// The server. It runs until the test ends.
pub struct Page {
    /// `127.0.0.1:<port>`.
    pub host: String,
    files: Files,
}

impl Page {
    /// Serves `files`.
    pub fn serve(files: Vec<(String, Vec<u8>)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let files = Arc::new(Mutex::new(files));
        let served = Arc::clone(&files);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = [0; 4096];
                let length = stream.read(&mut request).unwrap_or_default();
                let request = String::from_utf8_lossy(&request[..length]).into_owned();
                let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                let body = {
                    let files = served.lock().unwrap();
                    let found = files.iter().find(|(end, _)| path.ends_with(end.as_str()));
                    found.or_else(|| files.last()).unwrap().1.clone()
                };
                let head =
                    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
            }
        });
        Self { host, files }
    }

    /// Replaces the file whose path ends with `end` and returns the previous one.
    pub fn replace(&self, end: &str, file: Vec<u8>) -> Vec<u8> {
        let mut files = self.files.lock().unwrap();
        let found = files.iter_mut().find(|(of, _)| of == end).unwrap();
        std::mem::replace(&mut found.1, file)
    }
}

/// Starts a registry that accepts connections and never answers. Returns its address.
pub fn stalled() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for stream in listener.incoming().flatten() {
            open.push(stream);
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    host
}
