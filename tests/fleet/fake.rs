//! An in-memory backend that follows a script of responses and failures, and records all requests.

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

/// How to handle one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// Store the batch and acknowledge it.
    Accept,
    /// Store the batch and respond with an error, so that the fleet has to send it again.
    StoreThenFail,
    /// Store nothing and respond with 503 and `retry-after`.
    Unavailable,
    /// Store nothing and respond with 200 and the outcomes of other readings.
    InvalidAnswer,
    /// Refuse the reading with this sequence number, which cannot be read, and store the others.
    RefuseReading(i64),
    /// Refuse, with 422, each batch that contains the reading with this sequence number.
    RefuseBatch(i64),
    /// Accept only the token of this key.
    AcceptKey(&'static str),
}

/// Identifies a reading: buoy, boot id, sequence number.
pub type Key = (String, i64, i64);

/// The requests that the backend has received.
#[derive(Debug, Default)]
pub struct Seen {
    /// The stored readings.
    pub stored: HashMap<Key, Reading>,
    /// Keys that were received with two contents.
    pub conflicts: Vec<Key>,
    /// Requests with an invalid token.
    pub unauthorised: usize,
    /// All requests.
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
    /// Starts a backend that repeats this script.
    pub async fn start(script: &[Behaviour]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let api = format!("http://{}", listener.local_addr().expect("an address"));
        let fake = Self { seen: Arc::default(), script: Arc::new(Mutex::new(script.to_vec())), api };
        let router = Router::new().route("/api/v1/observations", post(receive)).with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        fake
    }

    /// Replaces the script.
    pub fn behave(&self, script: &[Behaviour]) {
        *self.script.lock().expect("the script") = script.to_vec();
    }

    /// Inspects the received requests.
    pub fn inspect<T>(&self, at: impl FnOnce(&Seen) -> T) -> T {
        at(&self.seen.lock().expect("the received requests"))
    }

    /// Waits for a condition on the received requests.
    pub async fn wait_for(&self, what: &str, condition: impl Fn(&Seen) -> bool) {
        let began = Instant::now();
        let mut ticks = tokio::time::interval(Duration::from_millis(20));
        while !self.inspect(&condition) {
            assert!(began.elapsed() < Duration::from_secs(40), "never seen: {what}");
            ticks.tick().await;
        }
    }

    fn next(&self) -> Behaviour {
        let mut seen = self.seen.lock().expect("the received requests");
        let script = self.script.lock().expect("the script");
        seen.requests += 1;
        script[(seen.requests - 1) % script.len()]
    }
}

async fn receive(State(fake): State<Fake>, headers: HeaderMap, Json(batch): Json<Batch>) -> Response {
    let behaviour = fake.next();
    let key = if let Behaviour::AcceptKey(key) = behaviour { key } else { KEY };
    let token = EnrolmentKey::new(key).expect("a key").token(&batch.buoy);
    let mut seen = fake.seen.lock().expect("the received requests");
    if headers.get("authorization").is_none_or(|value| value != format!("Bearer {token}").as_str()) {
        seen.unauthorised += 1;
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match behaviour {
        Behaviour::RefuseReading(seq) => Json(seen.store(&batch, Some(seq))).into_response(),
        Behaviour::RefuseBatch(seq) if batch.readings.iter().any(|reading| reading.seq == seq) => {
            let problem = serde_json::json!({ "detail": "readings: one is broken" });
            (StatusCode::UNPROCESSABLE_ENTITY, Json(problem)).into_response()
        }
        Behaviour::Accept | Behaviour::AcceptKey(_) | Behaviour::RefuseBatch(_) => {
            Json(seen.store(&batch, None)).into_response()
        }
        Behaviour::StoreThenFail => {
            seen.store(&batch, None);
            StatusCode::BAD_GATEWAY.into_response()
        }
        Behaviour::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "1")]).into_response(),
        Behaviour::InvalidAnswer => Json(Answer::new(Vec::new())).into_response(),
    }
}

impl Seen {
    fn store(&mut self, batch: &Batch, refused: Option<i64>) -> Answer {
        let mut results = Vec::new();
        for (index, reading) in batch.readings.iter().enumerate() {
            if refused == Some(reading.seq) {
                let outcome = Outcome::stored(index, reading.seq, Status::Rejected);
                let reason = Some("values: broken".to_owned());
                results.push(Outcome { seq: None, reason, code: Some("unreadable".into()), ..outcome });
                continue;
            }
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
            results.push(Outcome::stored(index, reading.seq, status));
        }
        Answer::new(results)
    }
}
