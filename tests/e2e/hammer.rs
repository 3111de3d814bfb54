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

use crate::world::{PORT, World};

/// Short, so that many requests are on their way at the moment that counts; long enough to leave the machine some air.
const PAUSE: Duration = Duration::from_millis(8);

pub struct Hammer {
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    dropped: Arc<Mutex<Vec<String>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Hammer {
    /// Starts: one who keeps the connection, and one who opens a new one for every request.
    pub fn start(world: &World) -> Self {
        let mut hammer = Self {
            stop: Arc::default(),
            answered: Arc::default(),
            dropped: Arc::default(),
            threads: Vec::new(),
        };
        let authority = std::fs::read(world.authority()).unwrap();
        for keep in [usize::MAX, 0] {
            let client = client(&authority, keep);
            let (stop, answered, dropped) =
                (Arc::clone(&hammer.stop), Arc::clone(&hammer.answered), Arc::clone(&hammer.dropped));
            hammer.threads.push(std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                while !stop.load(Ordering::Relaxed) {
                    match runtime.block_on(ask(&client)) {
                        Ok(()) => {
                            answered.fetch_add(1, Ordering::Relaxed);
                        }
                        Err(why) => dropped.lock().unwrap().push(why),
                    }
                    std::thread::sleep(PAUSE);
                }
            }));
        }
        hammer
    }

    /// Stops, and gives how many requests were answered and what became of the others.
    pub fn stop(self) -> (usize, Vec<String>) {
        self.stop.store(true, Ordering::Relaxed);
        self.threads.into_iter().for_each(|thread| thread.join().unwrap());
        (self.answered.load(Ordering::Relaxed), self.dropped.lock().unwrap().clone())
    }
}

fn client(authority: &[u8], keep: usize) -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(authority).unwrap()])
        .resolve("seasense.localhost", SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)))
        .pool_max_idle_per_host(keep)
        .timeout(Duration::from_secs(10))
        .no_proxy()
        .build()
        .unwrap()
}

async fn ask(client: &reqwest::Client) -> Result<(), String> {
    let url = format!("https://seasense.localhost:{PORT}/api/v1/summary");
    let answer = client.get(url).send().await.map_err(|error| format!("{error:?}"))?;
    let status = answer.status();
    let text = answer.text().await.map_err(|error| format!("{error:?}"))?;
    if status.is_success() { Ok(()) } else { Err(format!("{status}: {text}")) }
}
