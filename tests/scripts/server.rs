//! A server of releases on this machine that behaves well or badly.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

/// What the server does with a request.
#[derive(Clone)]
pub enum Answer {
    /// Sends the whole file.
    File(Vec<u8>),
    /// Announces the whole file, sends the first half of it, and closes the connection.
    Truncated(Vec<u8>),
    /// Sends half a file without announcing its length.
    HalfUnannounced(Vec<u8>),
    /// Announces the whole file, sends the first half of it, and then nothing.
    HalfThenSilence(Vec<u8>),
    /// Accepts the request and never answers.
    Silence,
    /// There is no such file.
    NotFound,
}

/// The server; it ends with the process.
pub struct Server {
    /// Its address as a URL.
    pub url: String,
    answer: Arc<Mutex<Answer>>,
    requests: Arc<AtomicUsize>,
}

impl Server {
    /// Starts it.
    pub fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (answer, requests) = (Arc::new(Mutex::new(answer)), Arc::new(AtomicUsize::new(0)));
        let (next, seen) = (Arc::clone(&answer), Arc::clone(&requests));
        std::thread::spawn(move || {
            // Open connections of silent answers.
            let mut open = Vec::new();
            for stream in listener.incoming().flatten() {
                seen.fetch_add(1, Ordering::SeqCst);
                let answer = next.lock().unwrap().clone();
                open.extend(respond(stream, &answer));
            }
        });
        Self { url, answer, requests }
    }

    /// Changes the answer to the next requests.
    pub fn set(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    /// The number of requests so far.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

/// Answers one request. Returns the connection if it must stay open.
fn respond(mut stream: TcpStream, answer: &Answer) -> Option<TcpStream> {
    let _ = stream.read(&mut [0; 4096]);
    let announced = |file: &[u8]| {
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", file.len()).into_bytes()
    };
    let half = |file: &[u8]| file[..file.len() / 2].to_vec();
    let (bytes, stays_open) = match answer {
        Answer::File(file) => ([announced(file), file.clone()].concat(), false),
        Answer::Truncated(file) => ([announced(file), half(file)].concat(), false),
        Answer::HalfThenSilence(file) => ([announced(file), half(file)].concat(), true),
        Answer::HalfUnannounced(file) => {
            ([b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec(), half(file)].concat(), false)
        }
        Answer::Silence => (Vec::new(), true),
        Answer::NotFound => {
            (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec(), false)
        }
    };
    let _ = stream.write_all(&bytes);
    stays_open.then_some(stream)
}
