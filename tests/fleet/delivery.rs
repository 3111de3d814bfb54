//! Every acknowledged reading is stored, no number means two readings, and a restart leaves no gap.
//!
//! Several threads, because the test waits for the process while the backend in this process has to answer it.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use crate::fake::Behaviour::{Good, Nonsense, StoresThenFails, Unavailable};
use crate::fake::{Fake, Seen};
use crate::fleet::{Harbour, content};

const SMALL: [&str; 6] = ["--buoys", "3", "--interval", "1", "--backfill", "60"];

/// What must hold whatever happened.
fn check(harbour: &Harbour, fake: &Fake) {
    fake.look(|seen| {
        assert_eq!((seen.strangers, seen.conflicts.len()), (0, 0), "{:?}", seen.conflicts);
        for entry in harbour.acknowledged() {
            let key = (entry.buoy.clone(), entry.boot_id, entry.seq);
            let stored =
                seen.stored.get(&key).unwrap_or_else(|| panic!("acknowledged and missing: {entry:?}"));
            assert_eq!(stored.observed_at, entry.observed_at);
        }
    });
}

fn of_boot(seen: &Seen, boot_id: i64) -> usize {
    seen.stored.keys().filter(|key| key.1 == boot_id).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_fails_in_every_way_loses_nothing() {
    let fake = Fake::start(&[Good, StoresThenFails, Unavailable, Nonsense]).await;
    let harbour = Harbour::new();
    let fleet = harbour.start(&fake.api, &SMALL);
    fake.until("history and live readings of all buoys", |seen| of_boot(seen, 1) >= 3 * (12 + 3)).await;
    fake.behave(&[Good]);
    assert!(fleet.end().success());
    check(&harbour, &fake);
    let stored = fake.look(|seen| seen.stored.len());
    assert_eq!(harbour.acknowledged().len(), stored, "an orderly end leaves nothing unacknowledged");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_fleet_goes_on_under_new_numbers_and_says_the_same_of_the_same_moment() {
    let fake = Fake::start(&[Good]).await;
    let harbour = Harbour::new();
    let first = harbour.start(&fake.api, &SMALL);
    fake.until("history and live readings", |seen| of_boot(seen, 1) >= 3 * (12 + 3)).await;
    fake.behave(&[StoresThenFails]);
    let before = fake.look(|seen| seen.stored.len());
    fake.until("readings that are never acknowledged", |seen| seen.stored.len() > before + 3).await;
    first.kill();
    fake.behave(&[Good]);
    let second = harbour.start(&fake.api, &SMALL);
    assert_eq!(second.wait_for("sets out")["boot_id"], 2);
    fake.until("readings of the second start", |seen| of_boot(seen, 2) >= 9).await;
    assert!(second.end().success());
    check(&harbour, &fake);

    fake.look(|seen| {
        assert!(of_boot(seen, 2) < 3 * 12 + 9, "the history was sent again");
        let mut moments = HashMap::new();
        for ((buoy, ..), reading) in &seen.stored {
            let said = moments.entry((buoy.clone(), reading.observed_at)).or_insert_with(|| content(reading));
            assert_eq!(*said, content(reading));
        }
        assert!(
            moments.len() < seen.stored.len(),
            "no moment was measured twice, so the test proves nothing"
        );
        no_gap(&moments.into_keys().collect(), "buoy-002");
    });
}

/// Live readings, one a second, go on through the restart.
fn no_gap(moments: &HashSet<(String, jiff::Timestamp)>, buoy: &str) {
    let mut times: Vec<i64> =
        moments.iter().filter(|(of, _)| of == buoy).map(|(_, at)| at.as_millisecond()).collect();
    times.sort_unstable();
    let live = times.iter().zip(&times[1..]).map(|(a, b)| b - a).skip_while(|gap| *gap != 1000);
    assert!(live.into_iter().all(|gap| gap == 1000), "{times:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_without_a_backend_ends_in_time() {
    let fake = Fake::start(&[Unavailable]).await;
    let harbour = Harbour::new();
    let fleet = harbour.start(&fake.api, &SMALL);
    fleet.wait_for("not acknowledged");
    let began = Instant::now();
    assert!(fleet.end().success());
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    assert_eq!(harbour.acknowledged().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fleet_tells_how_it_is() {
    let fake = Fake::start(&[Good]).await;
    let harbour = Harbour::new();
    let fleet = harbour.start(&fake.api, &[&SMALL[..], &["--listen", "127.0.0.1:0"]].concat());
    let address = fleet.wait_for("listening")["address"].as_str().unwrap().to_owned();
    fake.until("the history", |seen| of_boot(seen, 1) >= 3 * 12).await;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let get = async |path: &str| {
        reqwest::get(format!("http://{address}{path}")).await.unwrap().text().await.unwrap()
    };
    assert_eq!(get("/healthz").await, "ok");
    let page = get("/metrics").await;
    assert!(page.contains("seasense_fleet_readings_dropped_total 0"), "{page}");
    assert!(!page.contains("seasense_fleet_readings_measured_total 0\n"), "{page}");
    assert!(fleet.end().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn probe_buoys_have_separate_ids_and_tokens() {
    let fake = Fake::start(&[Good]).await;
    let harbour = Harbour::new();
    let settings = [&SMALL[..], &["--kind", "probe"]].concat();
    let fleet = harbour.start(&fake.api, &settings);
    fake.until("readings of all of them", |seen| of_boot(seen, 1) >= 3 * (12 + 1)).await;
    assert!(fleet.end().success());
    check(&harbour, &fake);
    let names: HashSet<String> = harbour.acknowledged().into_iter().map(|entry| entry.buoy).collect();
    assert_eq!(names, HashSet::from(["probe-001", "probe-002", "probe-003"].map(str::to_owned)));
}
