//! The fingerprint of a reading's content, which distinguishes a repeated reading from a different one.

use seasense::apps::shared::wire::Reading;
use sha2::{Digest, Sha256};

/// SHA-256 of the content of a reading.
pub type Fingerprint = [u8; 32];

/// Hashes the content in a canonical form: every JSON spelling of the same reading has the same fingerprint.
pub fn fingerprint(reading: &Reading) -> Fingerprint {
    let mut hash = Sha256::new();
    hash.update(reading.observed_at.as_microsecond().to_be_bytes());
    hash.update(bits(reading.latitude));
    hash.update(bits(reading.longitude));
    hash.update(reading.depth_cm.to_be_bytes());
    for (name, value) in &reading.values {
        // The length prefix prevents two lists of values from having the same bytes.
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name.as_bytes());
        hash.update(bits(*value));
    }
    hash.finalize().into()
}

/// Returns the bits of a number; minus zero has the bits of zero, because it is the same number.
fn bits(number: f64) -> [u8; 8] {
    (number + 0.0).to_bits().to_be_bytes()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn reading() -> impl Strategy<Value = Reading> {
        let values = proptest::collection::btree_map("[a-c]{1,2}", -5.0..5.0_f64, 0..4);
        (0_i64..4, 0_i64..4_000_000, -90.0..90.0_f64, values).prop_map(|(seq, at, latitude, values)| {
            Reading {
                seq,
                observed_at: Timestamp::from_microsecond(at).unwrap(),
                latitude,
                longitude: 0.0,
                depth_cm: 100,
                values,
            }
        })
    }

    proptest! {
        #[test]
        fn fingerprints_are_equal_if_and_only_if_contents_are(a in reading(), b in reading()) {
            let same = Reading { seq: 0, ..a.clone() } == Reading { seq: 0, ..b.clone() };
            prop_assert_eq!(fingerprint(&a) == fingerprint(&b), same);
        }

        #[test]
        fn json_round_trip_keeps_the_fingerprint(a in reading()) {
            let text = serde_json::to_string(&a).unwrap();
            prop_assert_eq!(fingerprint(&a), fingerprint(&serde_json::from_str(&text).unwrap()));
        }
    }

    #[test]
    fn sign_of_zero_and_nanoseconds_are_ignored() {
        let zero = Reading {
            seq: 1,
            observed_at: "2026-01-01T00:00:00.000001Z".parse().unwrap(),
            latitude: 0.0,
            longitude: 0.0,
            depth_cm: 100,
            values: BTreeMap::from([("a".to_owned(), 0.0)]),
        };
        let other = Reading {
            observed_at: "2026-01-01T00:00:00.000001999Z".parse().unwrap(),
            latitude: -0.0,
            values: BTreeMap::from([("a".to_owned(), -0.0)]),
            ..zero.clone()
        };
        assert_eq!(fingerprint(&zero), fingerprint(&other));
    }
}
