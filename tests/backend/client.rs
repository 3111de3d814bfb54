//! Sends requests to the backend as buoys and readers do.

use reqwest::{Client, RequestBuilder, Response};
use seasense::apps::shared::token::EnrolmentKey;
use seasense::apps::shared::wire::{Answer, Batch, Reading};
use serde_json::Value;

use crate::backend::{Backend, KEY};

/// A client of one backend.
#[derive(Clone)]
pub struct Api {
    client: Client,
    base: String,
}

impl Api {
    /// Creates a client of this backend.
    pub fn new(backend: &Backend) -> Self {
        // Another test of this process may have installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { client: Client::builder().no_proxy().build().expect("a client"), base: backend.api.clone() }
    }

    /// Creates a request to this path.
    pub fn request(&self, method: reqwest::Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// Returns the JSON at this path; the status must be 200.
    pub async fn get(&self, path: &str) -> Value {
        let response = self.request(reqwest::Method::GET, path).send().await.expect(path);
        let (status, body) = (response.status(), response.text().await.expect(path));
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap_or_else(|_| panic!("{path}: {body}"))
    }

    /// Sends a batch with the token of its buoy.
    pub async fn post(&self, batch: &Batch) -> Response {
        let token = EnrolmentKey::new(KEY).expect("a key").token(&batch.buoy);
        let request = self.request(reqwest::Method::POST, "/api/v1/observations");
        request.bearer_auth(token).json(batch).send().await.expect("an answer")
    }

    /// Sends a body with the token of buoy-001 and these headers.
    pub async fn post_body(&self, body: Vec<u8>, headers: &[(&str, &str)]) -> Response {
        let token = EnrolmentKey::new(KEY).expect("a key").token("buoy-001");
        let mut request = self.request(reqwest::Method::POST, "/api/v1/observations").bearer_auth(token);
        request = request.header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(body).send().await.expect("an answer")
    }

    /// Sends a batch; the status must be 200.
    pub async fn store(&self, batch: &Batch) -> Answer {
        let response = self.post(batch).await;
        let (status, body) = (response.status(), response.text().await.expect("a body"));
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).expect("an answer")
    }
}

/// Asserts that a response is a problem of this status, and returns its detail.
pub async fn problem(response: Response, status: u16) -> String {
    problem_body(response, status).await["detail"].as_str().expect("a detail").to_owned()
}

/// Asserts that a response is a problem of this status, and returns it.
pub async fn problem_body(response: Response, status: u16) -> Value {
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    assert_eq!(response.status().as_u16(), status);
    let body: Value = response.json().await.expect("problem details");
    assert_eq!(body["status"], status);
    assert!(body["title"].is_string() && body["type"].is_string(), "{body}");
    assert!(body["code"].as_str().is_some_and(|code| !code.is_empty()), "{body}");
    body
}

/// Creates a batch of the first start of this buoy.
pub fn batch(buoy: &str, readings: Vec<Reading>) -> Batch {
    Batch { buoy: buoy.to_owned(), boot_id: 1, readings }
}

/// Creates a reading `seq` seconds after noon of 1 June 2026, on a track to the north-east, with `seq` in its
/// temperature.
#[expect(clippy::cast_precision_loss, reason = "the numbers are small")]
pub fn reading(seq: i64) -> Reading {
    let start: jiff::Timestamp = "2026-06-01T12:00:00Z".parse().expect("a timestamp");
    Reading {
        seq,
        observed_at: start + jiff::SignedDuration::from_secs(seq),
        latitude: 45.0 + seq as f64 / 1000.0,
        longitude: -6.0 + seq as f64 / 1000.0,
        depth_cm: 100,
        values: [
            ("sea_water_temperature".to_owned(), 10.0 + seq as f64 / 1000.0),
            ("sea_water_ph_reported_on_total_scale".to_owned(), 8.05),
        ]
        .into(),
    }
}
