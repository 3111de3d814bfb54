//! Continuous requests through the gateway, with a count of those that fail.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use crate::test_env::{HOST, TestEnv};

/// Short, so that requests are in flight at every moment; long enough not to saturate the machine.
const PAUSE: Duration = Duration::from_millis(8);

/// Longer than the time for which the backend lets a request wait for the next primary of the database.
const LIMIT: Duration = Duration::from_secs(45);

/// The threads that send the requests.
pub struct RequestLoad {
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    failed: Arc<Mutex<Vec<String>>>,
    threads: Vec<JoinHandle<()>>,
}

impl RequestLoad {
    /// Starts requests for the summary; see [`Self::on`].
    pub fn start(env: &TestEnv) -> Self {
        Self::on(env, &["/api/v1/summary"])
    }

    /// Starts two clients for each path: one keeps its connection, the other opens a new one for every request.
    pub fn on(env: &TestEnv, paths: &[&str]) -> Self {
        let mut load = Self {
            stop: Arc::default(),
            answered: Arc::default(),
            failed: Arc::default(),
            threads: Vec::new(),
        };
        let authority = std::fs::read(env.authority()).unwrap();
        for path in paths {
            let url = format!("https://{HOST}:{}{path}", env.port());
            for keep in [usize::MAX, 0] {
                load.spawn(client(&authority, env.port(), keep), url.clone());
            }
        }
        load
    }

    fn spawn(&mut self, client: reqwest::Client, url: String) {
        let (stop, answered, failed) =
            (Arc::clone(&self.stop), Arc::clone(&self.answered), Arc::clone(&self.failed));
        self.threads.push(std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            while !stop.load(Ordering::Relaxed) {
                match runtime.block_on(request(&client, &url)) {
                    Ok(()) => {
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                    Err(error) => failed.lock().unwrap().push(error),
                }
                std::thread::sleep(PAUSE);
            }
        }));
    }

    /// Stops the clients. Returns the number of successful requests and the errors of the others.
    pub fn stop(self) -> (usize, Vec<String>) {
        self.stop.store(true, Ordering::Relaxed);
        self.threads.into_iter().for_each(|thread| thread.join().unwrap());
        (self.answered.load(Ordering::Relaxed), self.failed.lock().unwrap().clone())
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

async fn request(client: &reqwest::Client, url: &str) -> Result<(), String> {
    let response = client.get(url).send().await.map_err(|error| format!("{error:?}"))?;
    let status = response.status();
    let text = response.text().await.map_err(|error| format!("{error:?}"))?;
    if status.is_success() { Ok(()) } else { Err(format!("{url}: {status}: {text}")) }
}
