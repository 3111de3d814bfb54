//! Tests a checked batch against a map that models the database.

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use seasense::apps::shared::parameter;
use seasense::apps::shared::wire::Batch;

use super::*;

fn now() -> Timestamp {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

/// A reading whose content is one small number; 9 is an invalid reading.
fn reading(seq: i64, content: u8) -> Reading {
    let value = if content == 9 { 99.0 } else { f64::from(content) };
    Reading {
        seq,
        observed_at: now(),
        latitude: 0.0,
        longitude: 0.0,
        depth_cm: 100,
        values: BTreeMap::from([(parameter::TEMPERATURE.name.to_owned(), value)]),
    }
}

/// Stores a batch as the database does.
fn store(table: &mut HashMap<i64, Fingerprint>, batch: &CheckedBatch) -> Stored {
    let mut stored = Stored::default();
    for candidate in batch.to_store() {
        let seq = candidate.reading.seq;
        if let Some(content) = table.get(&seq) {
            stored.known.insert(seq, *content);
        } else {
            table.insert(seq, candidate.content);
            assert!(stored.new.insert(seq), "{seq} is stored twice");
        }
    }
    stored
}

fn send(table: &mut HashMap<i64, Fingerprint>, readings: &[(i64, u8)]) -> (Answer, usize) {
    let readings = readings.iter().map(|(seq, content)| reading(*seq, *content)).collect();
    let batch = CheckedBatch::new(Batch { buoy: "buoy-001".to_owned(), boot_id: 1, readings }.into(), now());
    let stored = store(table, &batch);
    (batch.answer(&stored), batch.to_quarantine(&stored).unwrap().len())
}

#[test]
fn statuses_are_in_the_order_of_the_batch() {
    let mut table = HashMap::new();
    send(&mut table, &[(1, 0), (2, 0)]);
    let (answer, quarantined) = send(&mut table, &[(1, 0), (2, 5), (3, 0), (3, 0), (3, 1), (4, 9)]);
    let statuses: Vec<_> =
        answer.results.iter().map(|outcome| (outcome.seq.unwrap(), outcome.status)).collect();
    assert_eq!(
        statuses,
        [
            (1, Status::Duplicate),
            (2, Status::Rejected),
            (3, Status::Accepted),
            (3, Status::Duplicate),
            (3, Status::Rejected),
            (4, Status::Rejected),
        ]
    );
    assert!(answer.results.iter().map(|outcome| outcome.index).eq(0..6));
    assert_eq!(answer.accepted, 1);
    assert_eq!(answer.duplicate, 2);
    assert_eq!(answer.rejected, 3);
    assert_eq!(quarantined, 2);
    assert!(answer.results[1].reason.as_deref().unwrap().starts_with("conflicts with"));
    assert!(answer.results[5].reason.as_deref().unwrap().contains("outside"));
    assert_eq!(answer.kept, 2);
    assert_eq!(answer.results[1].code.as_deref(), Some("conflict"));
    assert_eq!(answer.results[5].field.as_deref(), Some("values.sea_water_temperature"));
    assert_eq!(answer.results[5].code.as_deref(), Some("invalid"));
}

#[test]
fn impossible_clock_is_kept_whatever_else_is_wrong() {
    let ahead = Reading { observed_at: "2106-02-07T06:28:15Z".parse().unwrap(), ..reading(1, 0) };
    let before = Reading { observed_at: "1970-01-01T00:00:00Z".parse().unwrap(), ..reading(2, 9) };
    let readings = vec![ahead, before, reading(3, 0)];
    let batch = CheckedBatch::new(Batch { buoy: "buoy-001".to_owned(), boot_id: 1, readings }.into(), now());
    let stored = store(&mut HashMap::new(), &batch);
    let kept = batch.to_quarantine(&stored).unwrap();
    assert_eq!(kept.iter().map(|kept| kept.seq).collect::<Vec<_>>(), [1, 2]);
    assert!(kept[0].reading.contains("2106-02-07T06:28:15Z"), "{}", kept[0].reading);
    assert!(kept[1].reason.contains("is before 2020"), "{}", kept[1].reason);
    let answer = batch.answer(&stored);
    assert_eq!((answer.accepted, answer.rejected, answer.kept), (1, 2, 2));
    assert_eq!(answer.results[0].code.as_deref(), Some("impossible-clock"));
    assert_eq!(answer.results[0].field.as_deref(), Some("observed_at"));
}

proptest! {
    /// For any split into batches and any repetition, the first valid content of a sequence number stays, each
    /// number is accepted once, and every other valid content is rejected.
    #[test]
    fn first_valid_content_of_a_number_stays(batches in proptest::collection::vec(
        proptest::collection::vec((0_i64..6, prop_oneof![4 => 0_u8..3, 1 => Just(9)]), 1..8), 1..8,
    )) {
        let (mut table, mut truth) = (HashMap::new(), HashMap::new());
        for batch in &batches {
            let (answer, quarantined) = send(&mut table, batch);
            let valid = batch.iter().zip(&answer.results).filter(|(sent, _)| sent.1 != 9);
            let conflicts = valid.filter(|(_, outcome)| outcome.status == Status::Rejected).count();
            prop_assert_eq!(quarantined, conflicts);
            for ((seq, content), outcome) in batch.iter().zip(&answer.results) {
                let expected = if *content == 9 {
                    Status::Rejected
                } else {
                    match truth.get(seq) {
                        None => { truth.insert(*seq, *content); Status::Accepted }
                        Some(known) if known == content => Status::Duplicate,
                        Some(_) => Status::Rejected,
                    }
                };
                prop_assert_eq!(outcome.seq, Some(*seq));
                prop_assert_eq!(outcome.status, expected);
            }
        }
    }
}
