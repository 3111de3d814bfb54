//! Readings are stored exactly once; duplicates, conflicts and invalid readings are reported.

use reqwest::Method;
use seasense::apps::shared::token::EnrolmentKey;
use seasense::apps::shared::wire::{Reading, Status};

use crate::backend::{Backend, KEY};
use crate::client::{Api, batch, problem, reading};
use crate::database::Database;

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn each_reading_is_stored_once_and_its_outcome_reported() {
    let database = Database::start().await;
    let backend = Backend::start(&database);
    let api = Api::new(&backend);
    let first = batch("buoy-001", vec![reading(1), reading(2)]);
    assert_eq!(api.store(&first).await.accepted, 2);
    assert_eq!(api.store(&first).await.duplicate, 2);

    // The same sequence number at another time: the unique key of a hypertable alone would accept it.
    let moved = Reading { observed_at: reading(50).observed_at, ..reading(1) };
    let invalid = Reading { values: [("sea_water_temperature".to_owned(), 99.0)].into(), ..reading(4) };
    let mixed = batch("buoy-001", vec![moved, reading(3), reading(3), invalid]);
    let answer = api.store(&mixed).await;
    let statuses: Vec<Status> = answer.results.iter().map(|outcome| outcome.status).collect();
    assert_eq!(statuses, [Status::Rejected, Status::Accepted, Status::Duplicate, Status::Rejected]);
    assert!(answer.results[0].reason.as_deref().unwrap().contains("conflicts with"));
    assert!(answer.results[3].reason.as_deref().unwrap().contains("outside -3 to 45"));
    api.store(&mixed).await;

    assert_eq!(database.number("SELECT count(*) FROM reading").await, 3);
    assert_eq!(database.number("SELECT count(*) FROM observation").await, 6);
    assert_eq!(database.number("SELECT count(*) FROM quarantine").await, 1);
    assert_eq!(
        database
            .number("SELECT count(*) FROM reading WHERE seq = 1 AND observed_at = '2026-06-01T12:00:01Z'")
            .await,
        1
    );
    assert_eq!(api.get("/api/v1/summary").await["readings"], 3);
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn concurrent_overlapping_batches_store_each_reading_once() {
    let database = Database::start().await;
    let backend = Backend::start(&database);
    let api = Api::new(&backend);
    let sends = (0..16_i64).map(|start| {
        let api = api.clone();
        let mut readings: Vec<Reading> = (start * 10..start * 10 + 100).map(reading).collect();
        if start % 2 == 1 {
            readings.reverse();
        }
        tokio::spawn(async move { api.store(&batch("buoy-002", readings)).await })
    });
    let mut accepted = 0;
    for send in sends.collect::<Vec<_>>() {
        let answer = send.await.unwrap();
        assert_eq!(answer.rejected, 0);
        assert_eq!(answer.accepted + answer.duplicate, 100);
        accepted += answer.accepted;
    }
    assert_eq!(accepted, 250);
    assert_eq!(database.number("SELECT count(*) FROM reading").await, 250);
    assert_eq!(database.number("SELECT count(*) FROM observation").await, 500);
    assert_eq!(database.number("SELECT sum(readings)::bigint FROM buoy_activity").await, 250);
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn invalid_requests_return_problems_and_store_nothing() {
    let database = Database::start().await;
    let backend = Backend::start(&database);
    let api = Api::new(&backend);
    let observations = || api.request(Method::POST, "/api/v1/observations");
    let body = serde_json::to_value(batch("buoy-001", vec![reading(1)])).unwrap();

    problem(observations().json(&body).send().await.unwrap(), 401).await;
    // The token is checked before the body.
    problem(observations().json(&serde_json::json!({})).send().await.unwrap(), 401).await;
    let token = EnrolmentKey::new(KEY).unwrap().token("buoy-002");
    let response = observations().bearer_auth(&token).json(&body).send().await.unwrap();
    assert_eq!(response.headers()["www-authenticate"], "Bearer");
    problem(response, 401).await;
    let unknown = api.post(&batch("buoy-999", vec![reading(1)])).await;
    problem(unknown, 401).await;

    let json = |text: &'static str| {
        observations().bearer_auth(&token).header("content-type", "application/json").body(text)
    };
    problem(json("{\"buoy\"").send().await.unwrap(), 400).await;
    let detail = problem(json("{\"buoy\":\"buoy-002\",\"readings\":[]}").send().await.unwrap(), 422).await;
    assert!(detail.contains("boot_id"), "{detail}");
    problem(json("{\"buoy\":\"\\u0000\",\"boot_id\":1,\"readings\":[{}]}").send().await.unwrap(), 401).await;
    problem(observations().bearer_auth(&token).body("x").send().await.unwrap(), 415).await;
    problem(api.post(&batch("buoy-002", Vec::new())).await, 422).await;
    problem(api.post(&batch("buoy-002", (0..1001).map(reading).collect())).await, 413).await;
    let huge = format!("{{\"buoy\":\"{}\"}}", "x".repeat(1024 * 1024));
    let huge = observations().bearer_auth(&token).header("content-type", "application/json").body(huge);
    problem(huge.send().await.unwrap(), 413).await;
    problem(api.request(Method::GET, "/api/v1/nowhere").send().await.unwrap(), 404).await;
    let response = api.request(Method::DELETE, "/api/v1/observations").send().await.unwrap();
    assert_eq!(response.headers()["allow"], "POST");
    problem(response, 405).await;
    assert_eq!(database.number("SELECT count(*) FROM reading").await, 0);
}
