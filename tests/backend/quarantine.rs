//! A broken reading is refused alone, and one with an impossible clock is kept.

use std::io::Write as _;

use seasense::apps::shared::wire::{Answer, Reading};
use serde_json::json;

use crate::backend::Backend;
use crate::client::{Api, batch, problem, reading};
use crate::database::Database;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// A batch of two good readings with broken ones between them.
fn mixed(boot_id: i64) -> String {
    let good = |seq| serde_json::to_string(&reading(seq)).unwrap();
    let broken = |from: &str, to: &str| {
        let text = good(2);
        assert!(text.contains(from), "{text}");
        text.replace(from, to)
    };
    let readings = [
        good(1),
        broken("8.05", "NaN"),
        broken("8.05", "\"MM\""),
        broken("8.05", "null"),
        broken("100", "100.5"),
        broken("12:00:02Z", "12:00:02 CET"),
        broken("8.05", "8.05, \"a\\u0000b\": 1"),
        good(3),
    ];
    format!("{{\"buoy\":\"buoy-001\",\"boot_id\":{boot_id},\"readings\":[{}]}}", readings.join(","))
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn broken_readings_do_not_hold_back_the_good_ones() {
    let database = Database::start().await;
    let backend = Backend::start(&database);
    let api = Api::new(&backend);
    let encodings = [
        (mixed(1).into_bytes(), vec![]),
        (format!("\u{feff}{}", mixed(2)).into_bytes(), vec![]),
        (gzip(mixed(3).as_bytes()), vec![("content-encoding", "gzip")]),
        (gzip(format!("\u{feff}{}", mixed(4)).as_bytes()), vec![("content-encoding", "gzip")]),
    ];
    for (body, headers) in encodings {
        let response = api.post_body(body, &headers).await;
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert_eq!(status, 200, "{text}");
        let answer: Answer = serde_json::from_str(&text).unwrap();
        assert_eq!((answer.accepted, answer.rejected), (2, 6), "{text}");
        let fields: Vec<_> = answer
            .results
            .iter()
            .map(|outcome| (outcome.index, outcome.field.as_deref().unwrap_or("")))
            .collect();
        let ph = "values.sea_water_ph_reported_on_total_scale";
        let expected = [
            (0, ""),
            (1, ph),
            (2, ph),
            (3, ph),
            (4, "depth_cm"),
            (5, "observed_at"),
            (6, "values.a\0b"),
            (7, ""),
        ];
        assert_eq!(fields, expected, "{text}");
    }
    assert_eq!(database.number("SELECT count(*) FROM reading").await, 8);
    let broken = api.post_body(gzip(b"{}")[..10].to_vec(), &[("content-encoding", "gzip")]).await;
    problem(broken, 400).await;
    problem(api.post_body(b"{}".to_vec(), &[("content-encoding", "br")]).await, 415).await;
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn reading_with_an_impossible_clock_is_kept_once() {
    let database = Database::start().await;
    let backend = Backend::start(&database);
    let api = Api::new(&backend);
    let at = |seq, time: &str| Reading { observed_at: time.parse().unwrap(), ..reading(seq) };
    let mut strange = at(4, "1980-01-06T00:00:00Z");
    strange.values.insert("a\0b".to_owned(), 1.0);
    let clocks = vec![at(1, "1970-01-01T00:00:00Z"), at(2, "2106-02-07T06:28:15Z"), reading(3), strange];
    let before = jiff::Timestamp::now();
    for _ in 0..2 {
        let answer = api.store(&batch("buoy-001", clocks.clone())).await;
        assert_eq!((answer.rejected, answer.kept), (3, 3));
        assert_eq!(answer.results[0].code.as_deref(), Some("impossible-clock"));
    }
    let unreadable = mixed(1).replace("2026-06-01T12:00:02Z", "2026-13-45T00:00:00Z");
    assert_eq!(api.post_body(unreadable.into_bytes(), &[]).await.status(), 200);

    let kept = api.get("/api/v1/quarantine?buoy=buoy-001").await;
    let readings = kept["readings"].as_array().unwrap();
    assert_eq!(kept["total"], readings.len());
    assert!(readings.len() > 3, "{kept:#}");
    assert_eq!(kept["next"], serde_json::Value::Null);
    assert_eq!(readings[0]["seq"], 1);
    assert_eq!(readings[0]["reading"]["observed_at"], "1970-01-01T00:00:00Z");
    assert_eq!(readings[0]["reading"]["values"]["sea_water_temperature"], 10.001);
    let arrived: jiff::Timestamp = readings[0]["received_at"].as_str().unwrap().parse().unwrap();
    assert!(arrived >= before - jiff::SignedDuration::from_secs(5), "{arrived}");
    assert_eq!(readings.last().unwrap()["reading"]["observed_at"], "2026-13-45T00:00:00Z");
    let after = format!("/api/v1/quarantine?after={}", readings[0]["id"]);
    assert_eq!(api.get(&after).await["readings"].as_array().unwrap().len(), readings.len() - 1);
    assert_eq!(api.get("/api/v1/quarantine?buoy=buoy-002").await["total"], 0);

    let summary = api.get("/api/v1/summary").await;
    assert!(summary["latest_observed_at"].as_str().unwrap().starts_with("2026-06-01"), "{summary}");
    let page = reqwest::get(format!("{}/metrics", backend.metrics)).await.unwrap().text().await.unwrap();
    assert!(page.contains("seasense_readings_total{status=\"kept\"}"), "{page}");
    let conflict = batch("buoy-001", vec![Reading { depth_cm: 7, ..reading(3) }]);
    assert_eq!(api.store(&conflict).await.kept, 1);
    assert_eq!(api.get("/api/v1/quarantine").await["total"], json!(readings.len() + 1));
}
