//! Asks the API without pause, as buoys and readers do, and counts what is not answered.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use crate::world::{HOST, TestEnv};

/// Short, so that many requests are on their way at the moment that counts; long enough to leave the machine some air.
const PAUSE: Duration = Duration::from_millis(8);

/// Longer than the backend lets a request wait for the database's next primary.
const LIMIT: Duration = Duration::from_secs(45);

pub struct Hammer {
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    dropped: Arc<Mutex<Vec<String>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Hammer {
    /// Asks for the summary; see [`Self::on`].
    pub fn start(world: &TestEnv) -> Self {
        Self::on(world, &["/api/v1/summary"])
    }

    /// Starts, for each path: one who keeps the connection, and one who opens a new one for every request.
    pub fn on(world: &TestEnv, paths: &[&str]) -> Self {
        let mut hammer = Self {
            stop: Arc::default(),
            answered: Arc::default(),
            dropped: Arc::default(),
            threads: Vec::new(),
        };
        let authority = std::fs::read(world.authority()).unwrap();
        for path in paths {
            let url = format!("https://{HOST}:{}{path}", world.port());
            for keep in [usize::MAX, 0] {
                hammer.ask_on(client(&authority, world.port(), keep), url.clone());
            }
        }
        hammer
    }

    fn ask_on(&mut self, client: reqwest::Client, url: String) {
        let (stop, answered, dropped) =
            (Arc::clone(&self.stop), Arc::clone(&self.answered), Arc::clone(&self.dropped));
        self.threads.push(std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            while !stop.load(Ordering::Relaxed) {
                match runtime.block_on(ask(&client, &url)) {
                    Ok(()) => {
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                    Err(why) => dropped.lock().unwrap().push(why),
                }
                std::thread::sleep(PAUSE);
            }
        }));
    }

    /// Stops, and gives how many requests were answered and what became of the others.
    pub fn stop(self) -> (usize, Vec<String>) {
        self.stop.store(true, Ordering::Relaxed);
        self.threads.into_iter().for_each(|thread| thread.join().unwrap());
        (self.answered.load(Ordering::Relaxed), self.dropped.lock().unwrap().clone())
    }
}

fn client(authority: &[u8], port: u16, keep: usize) -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(authority).unwrap()])
        .resolve(HOST, SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .pool_max_idle_per_host(keep)
        .timeout(LIMIT)
        .no_proxy()
        .build()
        .unwrap()
}

async fn ask(client: &reqwest::Client, url: &str) -> Result<(), String> {
    let answer = client.get(url).send().await.map_err(|error| format!("{error:?}"))?;
    let status = answer.status();
    let text = answer.text().await.map_err(|error| format!("{error:?}"))?;
    if status.is_success() { Ok(()) } else { Err(format!("{url}: {status}: {text}")) }
}
