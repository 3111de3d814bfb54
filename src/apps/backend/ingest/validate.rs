//! Which readings can be true. Pure: the clock is a parameter.

use std::ops::RangeInclusive;

use jiff::Timestamp;
use seasense::apps::shared::parameter;
use seasense::apps::shared::wire::Reading;

use crate::limits;

/// Why a reading is rejected, as the sender gets to read it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Flaw {
    /// The sequence number is negative.
    #[error("seq: must not be negative")]
    Sequence,
    /// No value at all.
    #[error("values: at least one value is needed")]
    Empty,
    /// A name that is in no list.
    #[error("values: unknown parameter `{0}`")]
    UnknownParameter(String),
    /// A number outside of its range, or no number.
    #[error("{name}: {value} is outside {minimum} to {maximum}")]
    OutOfRange {
        /// Field or parameter.
        name: &'static str,
        /// What was sent.
        value: f64,
        /// Smallest possible value.
        minimum: f64,
        /// Largest possible value.
        maximum: f64,
    },
    /// Before the first buoy.
    #[error("observed_at: {0} is before {earliest}", earliest = limits::EARLIEST)]
    TooOld(Timestamp),
    /// Ahead of the server's clock.
    #[error("observed_at: {0} is more than 5 minutes ahead of the server's clock")]
    InTheFuture(Timestamp),
}

/// Checks one reading against physics and the server's clock.
pub fn check(reading: &Reading, now: Timestamp) -> Result<(), Flaw> {
    if reading.seq < 0 {
        return Err(Flaw::Sequence);
    }
    check_time(reading.observed_at, now)?;
    in_range("latitude", reading.latitude, -90.0..=90.0)?;
    in_range("longitude", reading.longitude, -180.0..=180.0)?;
    in_range("depth_cm", f64::from(reading.depth_cm), 0.0..=f64::from(limits::DEEPEST_CM))?;
    if reading.values.is_empty() {
        return Err(Flaw::Empty);
    }
    for (name, value) in &reading.values {
        let known = parameter::by_name(name).ok_or_else(|| Flaw::UnknownParameter(shortened(name)))?;
        in_range(known.name, *value, known.minimum..=known.maximum)?;
    }
    Ok(())
}

fn check_time(observed_at: Timestamp, now: Timestamp) -> Result<(), Flaw> {
    if observed_at < limits::EARLIEST {
        Err(Flaw::TooOld(observed_at))
    } else if observed_at.duration_since(now) > limits::CLOCK_AHEAD {
        Err(Flaw::InTheFuture(observed_at))
    } else {
        Ok(())
    }
}

/// Refuses NaN too, which is in no range.
fn in_range(name: &'static str, value: f64, range: RangeInclusive<f64>) -> Result<(), Flaw> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(Flaw::OutOfRange { name, value, minimum: *range.start(), maximum: *range.end() })
}

/// A foreign name, short enough for an answer.
fn shortened(name: &str) -> String {
    name.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::ToSpan;
    use proptest::prelude::*;

    use super::*;

    fn now() -> Timestamp {
        "2026-06-01T12:00:00Z".parse().unwrap()
    }

    fn good() -> Reading {
        let values = parameter::ALL.iter().map(|p| (p.name.to_owned(), f64::midpoint(p.minimum, p.maximum)));
        Reading {
            seq: 1,
            observed_at: now(),
            latitude: 48.3,
            longitude: -4.8,
            depth_cm: 100,
            values: values.collect(),
        }
    }

    fn flaw(change: impl FnOnce(&mut Reading)) -> String {
        let mut reading = good();
        change(&mut reading);
        check(&reading, now()).unwrap_err().to_string()
    }

    #[test]
    fn a_plausible_reading_passes() {
        assert_eq!(check(&good(), now()), Ok(()));
    }

    #[test]
    fn each_flaw_is_named() {
        assert_eq!(flaw(|r| r.seq = -1), "seq: must not be negative");
        assert_eq!(flaw(|r| r.values = BTreeMap::new()), "values: at least one value is needed");
        assert_eq!(flaw(|r| r.latitude = 90.5), "latitude: 90.5 is outside -90 to 90");
        assert_eq!(flaw(|r| r.longitude = f64::NAN), "longitude: NaN is outside -180 to 180");
        assert_eq!(flaw(|r| r.depth_cm = -1), "depth_cm: -1 is outside 0 to 1103500");
        assert_eq!(flaw(|r| _ = r.values.insert("salt".to_owned(), 1.0)), "values: unknown parameter `salt`");
        assert_eq!(
            flaw(|r| _ = r.values.insert(parameter::PH.name.to_owned(), f64::INFINITY)),
            "sea_water_ph_reported_on_total_scale: inf is outside 5 to 10"
        );
        assert_eq!(
            flaw(|r| r.observed_at = "2019-12-31T23:59:59Z".parse().unwrap()),
            "observed_at: 2019-12-31T23:59:59Z is before 2020-01-01T00:00:00Z"
        );
        assert_eq!(
            flaw(|r| r.observed_at = now() + 301.seconds()),
            "observed_at: 2026-06-01T12:05:01Z is more than 5 minutes ahead of the server's clock"
        );
    }

    #[test]
    fn a_clock_five_minutes_ahead_still_passes() {
        let reading = Reading { observed_at: now() + 300.seconds(), ..good() };
        assert_eq!(check(&reading, now()), Ok(()));
    }

    proptest! {
        #[test]
        fn a_value_passes_exactly_when_it_is_in_its_range(value in proptest::num::f64::ANY, index in 0..4_usize) {
            let known = parameter::ALL[index];
            let mut reading = good();
            reading.values.insert(known.name.to_owned(), value);
            let inside = known.minimum <= value && value <= known.maximum;
            prop_assert_eq!(check(&reading, now()).is_ok(), inside);
        }
    }
}
