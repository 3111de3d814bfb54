//! Every acknowledged reading is stored, no sequence number is used for two readings, and a restart leaves no
//! gap.
//!
//! The runtime has several threads, because a test blocks on the fleet while the backend in this process
//! responds to it.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use crate::fake::Behaviour::{
    Accept, AcceptKey, InvalidAnswer, RefuseBatch, RefuseReading, StoreThenFail, Unavailable,
};
use crate::fake::{Fake, Seen};
use crate::fleet::{FleetDir, content};

const SMALL: [&str; 6] = ["--buoys", "3", "--interval", "1", "--backfill", "60"];

/// Asserts that no request was invalid and every acknowledged reading is stored.
fn assert_delivered(directory: &FleetDir, fake: &Fake) {
    fake.inspect(|seen| {
        assert_eq!(seen.unauthorised, 0);
        assert!(seen.conflicts.is_empty(), "{:?}", seen.conflicts);
        for entry in directory.acknowledged() {
            let key = (entry.buoy.clone(), entry.boot_id, entry.seq);
            let stored =
                seen.stored.get(&key).unwrap_or_else(|| panic!("acknowledged but not stored: {entry:?}"));
            assert_eq!(stored.observed_at, entry.observed_at);
        }
    });
}

fn stored_of(seen: &Seen, boot_id: i64) -> usize {
    seen.stored.keys().filter(|key| key.1 == boot_id).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn failing_backend_loses_no_reading() {
    let fake = Fake::start(&[Accept, StoreThenFail, Unavailable, InvalidAnswer]).await;
    let directory = FleetDir::new();
    let fleet = directory.start(&fake.api, &SMALL);
    fake.wait_for("history and live readings of all buoys", |seen| stored_of(seen, 1) >= 3 * (12 + 3)).await;
    fake.behave(&[Accept]);
    assert!(fleet.stop().success());
    assert_delivered(&directory, &fake);
    let stored = fake.inspect(|seen| seen.stored.len());
    assert_eq!(
        directory.acknowledged().len(),
        stored,
        "an orderly shutdown leaves no reading unacknowledged"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_fleet_continues_with_a_new_boot_id() {
    let fake = Fake::start(&[Accept]).await;
    let directory = FleetDir::new();
    let first = directory.start(&fake.api, &SMALL);
    fake.wait_for("history and live readings", |seen| stored_of(seen, 1) >= 3 * (12 + 3)).await;
    fake.behave(&[StoreThenFail]);
    let before = fake.inspect(|seen| seen.stored.len());
    fake.wait_for("readings that are never acknowledged", |seen| seen.stored.len() > before + 3).await;
    first.kill();
    fake.behave(&[Accept]);
    let second = directory.start(&fake.api, &SMALL);
    assert_eq!(second.wait_for("fleet started")["boot_id"], 2);
    fake.wait_for("readings of the second start", |seen| stored_of(seen, 2) >= 9).await;
    assert!(second.stop().success());
    assert_delivered(&directory, &fake);

    fake.inspect(|seen| {
        assert!(stored_of(seen, 2) < 3 * 12 + 9, "the history was sent again");
        let mut measured = HashMap::new();
        for ((buoy, ..), reading) in &seen.stored {
            let first =
                measured.entry((buoy.clone(), reading.observed_at)).or_insert_with(|| content(reading));
            assert_eq!(*first, content(reading));
        }
        assert!(
            measured.len() < seen.stored.len(),
            "no time was measured twice, so the test verifies nothing"
        );
        assert_no_gap(&measured.into_keys().collect(), "buoy-002");
    });
}

/// Asserts that live readings, one a second, continue through the restart.
fn assert_no_gap(measured: &HashSet<(String, jiff::Timestamp)>, buoy: &str) {
    let mut times: Vec<i64> =
        measured.iter().filter(|(of, _)| of == buoy).map(|(_, at)| at.as_millisecond()).collect();
    times.sort_unstable();
    let live = times.iter().zip(&times[1..]).map(|(a, b)| b - a).skip_while(|gap| *gap != 1000);
    assert!(live.into_iter().all(|gap| gap == 1000), "{times:?}");
}

/// Asserts that all readings of three buoys but the second of each are acknowledged, and those are parked.
async fn assert_second_reading_is_parked(fake: Fake, reason: &str) {
    let directory = FleetDir::new();
    let fleet = directory.start(&fake.api, &SMALL);
    fake.wait_for("readings after the refused ones", |seen| stored_of(seen, 1) >= 3 * (12 + 3)).await;
    assert!(fleet.stop().success());
    assert_delivered(&directory, &fake);
    let acknowledged = directory.acknowledged();
    assert_eq!(acknowledged.len(), fake.inspect(|seen| seen.stored.len()));
    for buoy in ["buoy-001", "buoy-002", "buoy-003"] {
        let mut numbers: Vec<i64> =
            acknowledged.iter().filter(|entry| entry.buoy == buoy).map(|entry| entry.seq).collect();
        numbers.sort_unstable();
        let expected: Vec<i64> = (1..).filter(|seq| *seq != 2).take(numbers.len()).collect();
        assert_eq!(numbers, expected, "{buoy}");
    }
    let refused = directory.refused();
    assert_eq!(refused.len(), 3);
    for line in refused {
        assert_eq!(line["reading"]["seq"], 2);
        assert!(line["reading"]["values"].is_object(), "{line}");
        assert!(line["reason"].as_str().unwrap().contains(reason), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_reading_is_parked_and_the_others_are_sent() {
    assert_second_reading_is_parked(Fake::start(&[RefuseReading(2)]).await, "values: broken").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_batch_is_halved_until_the_reading_is_alone() {
    assert_second_reading_is_parked(Fake::start(&[RefuseBatch(2)]).await, "422").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replaced_key_is_read_again_when_the_token_is_refused() {
    const NEW: &str = "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf";
    let fake = Fake::start(&[Accept]).await;
    let directory = FleetDir::new();
    let fleet = directory.start(&fake.api, &SMALL);
    fake.wait_for("the history", |seen| stored_of(seen, 1) >= 3 * 12).await;
    directory.replace_key(NEW);
    let before = fake.inspect(|seen| seen.stored.len());
    fake.wait_for("readings with the valid key", |seen| seen.stored.len() > before + 3).await;
    assert_eq!(fake.inspect(|seen| seen.unauthorised), 0, "the old key was valid until now");
    fake.behave(&[AcceptKey(NEW)]);
    let before = fake.inspect(|seen| seen.stored.len());
    fake.wait_for("readings with the new key", |seen| seen.stored.len() > before + 6).await;
    assert!(fleet.stop().success());
    let (unauthorised, stored) = fake.inspect(|seen| (seen.unauthorised, seen.stored.len()));
    assert!((1..=3).contains(&unauthorised), "each buoy meets one refusal: {unauthorised}");
    assert_eq!(directory.acknowledged().len(), stored);
}

#[tokio::test(flavor = "multi_thread")]
async fn fleet_without_a_backend_stops_in_time() {
    let fake = Fake::start(&[Unavailable]).await;
    let directory = FleetDir::new();
    let fleet = directory.start(&fake.api, &SMALL);
    fleet.wait_for("not acknowledged");
    let began = Instant::now();
    assert!(fleet.stop().success());
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    assert_eq!(directory.acknowledged().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn fleet_serves_health_and_metrics() {
    let fake = Fake::start(&[Accept]).await;
    let directory = FleetDir::new();
    let fleet = directory.start(&fake.api, &[&SMALL[..], &["--listen", "127.0.0.1:0"]].concat());
    let address = fleet.wait_for("listening")["address"].as_str().unwrap().to_owned();
    fake.wait_for("the history", |seen| stored_of(seen, 1) >= 3 * 12).await;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let get = async |path: &str| {
        reqwest::get(format!("http://{address}{path}")).await.unwrap().text().await.unwrap()
    };
    assert_eq!(get("/healthz").await, "ok");
    let page = get("/metrics").await;
    assert!(page.contains("seasense_fleet_readings_dropped_total 0"), "{page}");
    assert!(!page.contains("seasense_fleet_readings_measured_total 0\n"), "{page}");
    assert!(fleet.stop().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn probe_buoys_have_separate_ids_and_tokens() {
    let fake = Fake::start(&[Accept]).await;
    let directory = FleetDir::new();
    let settings = [&SMALL[..], &["--kind", "probe"]].concat();
    let fleet = directory.start(&fake.api, &settings);
    fake.wait_for("readings of all probe buoys", |seen| stored_of(seen, 1) >= 3 * (12 + 1)).await;
    assert!(fleet.stop().success());
    assert_delivered(&directory, &fake);
    let names: HashSet<String> = directory.acknowledged().into_iter().map(|entry| entry.buoy).collect();
    assert_eq!(names, HashSet::from(["probe-001", "probe-002", "probe-003"].map(str::to_owned)));
}
