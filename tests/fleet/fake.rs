//! A backend in memory that forgets to answer, answers nonsense, and remembers everything it was sent.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use seasense::apps::shared::token::EnrolmentKey;
use seasense::apps::shared::wire::{Answer, Batch, Outcome, Reading, Status};
use tokio::net::TcpListener;

use crate::fleet::KEY;

/// What to do with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// Store and say so.
    Good,
    /// Store, and fail to say so: the batch has to come again.
    StoresThenFails,
    /// Store nothing, ask for patience.
    Unavailable,
    /// Store nothing, answer 200 with something else.
    Nonsense,
}

/// Identifies a reading for ever.
pub type Key = (String, i64, i64);

/// What the backend has seen.
#[derive(Debug, Default)]
pub struct Seen {
    /// What is stored.
    pub stored: HashMap<Key, Reading>,
    /// Numbers that came with two contents.
    pub conflicts: Vec<Key>,
    /// Requests with a wrong token.
    pub strangers: usize,
    /// Requests in all.
    pub requests: usize,
}

/// The running backend.
#[derive(Clone)]
pub struct Fake {
    seen: Arc<Mutex<Seen>>,
    script: Arc<Mutex<Vec<Behaviour>>>,
    /// Its address, `http://127.0.0.1:...`.
    pub api: String,
}

impl Fake {
    /// Behaves like this, round and round.
    pub async fn start(script: &[Behaviour]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let api = format!("http://{}", listener.local_addr().expect("an address"));
        let fake = Self { seen: Arc::default(), script: Arc::new(Mutex::new(script.to_vec())), api };
        let router = Router::new().route("/api/v1/observations", post(receive)).with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        fake
    }

    /// Behaves like this from now on.
    pub fn behave(&self, script: &[Behaviour]) {
        *self.script.lock().expect("the script") = script.to_vec();
    }

    /// Looks at what it has seen.
    pub fn look<T>(&self, at: impl FnOnce(&Seen) -> T) -> T {
        at(&self.seen.lock().expect("what was seen"))
    }

    /// Waits until it has seen this.
    pub async fn until(&self, what: &str, condition: impl Fn(&Seen) -> bool) {
        let began = Instant::now();
        let mut ticks = tokio::time::interval(Duration::from_millis(20));
        while !self.look(&condition) {
            assert!(began.elapsed() < Duration::from_secs(40), "never seen: {what}");
            ticks.tick().await;
        }
    }

    fn next(&self) -> Behaviour {
        let mut seen = self.seen.lock().expect("what was seen");
        let script = self.script.lock().expect("the script");
        seen.requests += 1;
        script[(seen.requests - 1) % script.len()]
    }
}

async fn receive(State(fake): State<Fake>, headers: HeaderMap, Json(batch): Json<Batch>) -> Response {
    let token = EnrolmentKey::new(KEY).expect("a key").token(&batch.buoy);
    let behaviour = fake.next();
    let mut seen = fake.seen.lock().expect("what was seen");
    if headers.get("authorization").is_none_or(|value| value != format!("Bearer {token}").as_str()) {
        seen.strangers += 1;
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match behaviour {
        Behaviour::Good => Json(seen.store(&batch)).into_response(),
        Behaviour::StoresThenFails => {
            seen.store(&batch);
            StatusCode::BAD_GATEWAY.into_response()
        }
        Behaviour::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "1")]).into_response(),
        Behaviour::Nonsense => Json(Answer::new(Vec::new())).into_response(),
    }
}

impl Seen {
    fn store(&mut self, batch: &Batch) -> Answer {
        let mut results = Vec::new();
        for reading in &batch.readings {
            let key = (batch.buoy.clone(), batch.boot_id, reading.seq);
            let status = match self.stored.get(&key) {
                None => Status::Accepted,
                Some(known) if known == reading => Status::Duplicate,
                Some(_) => {
                    self.conflicts.push(key.clone());
                    Status::Rejected
                }
            };
            self.stored.entry(key).or_insert_with(|| reading.clone());
            results.push(Outcome { seq: reading.seq, status, reason: None });
        }
        Answer::new(results)
    }
}
