//! A server for one released file, in place of the upstream release page.

use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
};

/// The server. It runs until the test ends.
pub struct Page {
    /// `127.0.0.1:<port>`.
    pub host: String,
    file: Arc<Mutex<Vec<u8>>>,
}

impl Page {
    /// Responds to every request with `file`.
    pub fn serve(file: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let file = Arc::new(Mutex::new(file));
        let served = Arc::clone(&file);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let _ = stream.read(&mut [0; 4096]);
                let body = served.lock().unwrap().clone();
                let head =
                    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
            }
        });
        Self { host, file }
    }

    /// Replaces the file and returns the previous one.
    pub fn replace(&self, file: Vec<u8>) -> Vec<u8> {
        std::mem::replace(&mut *self.file.lock().unwrap(), file)
    }
}
