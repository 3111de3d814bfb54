//! Validates readings. Pure: the clock is a parameter.

use std::ops::RangeInclusive;

use jiff::Timestamp;
use seasense::apps::shared::parameter;
use seasense::apps::shared::wire::Reading;

use crate::extract::shortened;
use crate::limits;

/// The reason why a reading is rejected, as reported to the sender.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum InvalidReading {
    /// The sequence number is negative.
    #[error("seq: must not be negative")]
    Sequence,
    /// The reading has no value.
    #[error("values: at least one value is required")]
    Empty,
    /// The parameter does not exist.
    #[error("values: unknown parameter `{0}`")]
    UnknownParameter(String),
    /// A number is outside its range, or NaN.
    #[error("{name}: {value} is outside {minimum} to {maximum}")]
    OutOfRange {
        /// Field or parameter.
        name: &'static str,
        /// The value that was sent.
        value: f64,
        /// Smallest possible value.
        minimum: f64,
        /// Largest possible value.
        maximum: f64,
    },
    /// The time is before the project's first buoy.
    #[error("observed_at: {0} is before {earliest}", earliest = limits::EARLIEST)]
    TooOld(Timestamp),
    /// The time is ahead of the server's clock.
    #[error("observed_at: {0} is more than 5 minutes ahead of the server's clock")]
    InTheFuture(Timestamp),
}

impl InvalidReading {
    /// Returns the field that is wrong.
    pub fn field(&self) -> String {
        match self {
            Self::Sequence => "seq".to_owned(),
            Self::Empty => "values".to_owned(),
            Self::UnknownParameter(name) => format!("values.{name}"),
            Self::OutOfRange { name, .. } if parameter::by_name(name).is_some() => format!("values.{name}"),
            Self::OutOfRange { name, .. } => (*name).to_owned(),
            Self::TooOld(_) | Self::InTheFuture(_) => "observed_at".to_owned(),
        }
    }

    /// Whether only the clock of the buoy is wrong. Such a reading cannot be repeated, so it is kept.
    pub fn is_clock(&self) -> bool {
        matches!(self, Self::TooOld(_) | Self::InTheFuture(_))
    }
}

/// Checks one reading against the physical ranges and the server's clock.
pub fn check(reading: &Reading, now: Timestamp) -> Result<(), InvalidReading> {
    if reading.seq < 0 {
        return Err(InvalidReading::Sequence);
    }
    check_time(reading.observed_at, now)?;
    in_range("latitude", reading.latitude, -90.0..=90.0)?;
    in_range("longitude", reading.longitude, -180.0..=180.0)?;
    in_range("depth_cm", f64::from(reading.depth_cm), 0.0..=f64::from(limits::DEEPEST_CM))?;
    if reading.values.is_empty() {
        return Err(InvalidReading::Empty);
    }
    for (name, value) in &reading.values {
        let known =
            parameter::by_name(name).ok_or_else(|| InvalidReading::UnknownParameter(shortened(name)))?;
        in_range(known.name, *value, known.minimum..=known.maximum)?;
    }
    Ok(())
}

fn check_time(observed_at: Timestamp, now: Timestamp) -> Result<(), InvalidReading> {
    if observed_at < limits::EARLIEST {
        Err(InvalidReading::TooOld(observed_at))
    } else if observed_at.duration_since(now) > limits::CLOCK_AHEAD {
        Err(InvalidReading::InTheFuture(observed_at))
    } else {
        Ok(())
    }
}

/// Also rejects NaN, which is in no range.
fn in_range(name: &'static str, value: f64, range: RangeInclusive<f64>) -> Result<(), InvalidReading> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(InvalidReading::OutOfRange { name, value, minimum: *range.start(), maximum: *range.end() })
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

    fn valid() -> Reading {
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

    fn error_of(change: impl FnOnce(&mut Reading)) -> String {
        let mut reading = valid();
        change(&mut reading);
        check(&reading, now()).unwrap_err().to_string()
    }

    #[test]
    fn reading_within_all_ranges_is_valid() {
        assert_eq!(check(&valid(), now()), Ok(()));
    }

    #[test]
    fn each_invalid_field_is_named() {
        assert_eq!(error_of(|r| r.seq = -1), "seq: must not be negative");
        assert_eq!(error_of(|r| r.values = BTreeMap::new()), "values: at least one value is required");
        assert_eq!(error_of(|r| r.latitude = 90.5), "latitude: 90.5 is outside -90 to 90");
        assert_eq!(error_of(|r| r.longitude = f64::NAN), "longitude: NaN is outside -180 to 180");
        assert_eq!(error_of(|r| r.depth_cm = -1), "depth_cm: -1 is outside 0 to 1103500");
        assert_eq!(
            error_of(|r| _ = r.values.insert("salt".to_owned(), 1.0)),
            "values: unknown parameter `salt`"
        );
        assert_eq!(
            error_of(|r| _ = r.values.insert(parameter::PH.name.to_owned(), f64::INFINITY)),
            "sea_water_ph_reported_on_total_scale: inf is outside 5 to 10"
        );
        assert_eq!(
            error_of(|r| r.observed_at = "2019-12-31T23:59:59Z".parse().unwrap()),
            "observed_at: 2019-12-31T23:59:59Z is before 2020-01-01T00:00:00Z"
        );
        assert_eq!(
            error_of(|r| r.observed_at = now() + 301.seconds()),
            "observed_at: 2026-06-01T12:05:01Z is more than 5 minutes ahead of the server's clock"
        );
    }

    #[test]
    fn field_of_an_invalid_reading_is_its_path() {
        let out_of_range = |name| InvalidReading::OutOfRange { name, value: 1.0, minimum: 2.0, maximum: 3.0 };
        assert_eq!(out_of_range("depth_cm").field(), "depth_cm");
        assert_eq!(out_of_range(parameter::PH.name).field(), "values.sea_water_ph_reported_on_total_scale");
        assert_eq!(InvalidReading::UnknownParameter("salt".to_owned()).field(), "values.salt");
        assert!(InvalidReading::TooOld(now()).is_clock() && !InvalidReading::Empty.is_clock());
    }

    #[test]
    fn clock_five_minutes_ahead_is_valid() {
        let reading = Reading { observed_at: now() + 300.seconds(), ..valid() };
        assert_eq!(check(&reading, now()), Ok(()));
    }

    proptest! {
        #[test]
        fn value_is_valid_if_and_only_if_in_range(value in proptest::num::f64::ANY, index in 0..4_usize) {
            let known = parameter::ALL[index];
            let mut reading = valid();
            reading.values.insert(known.name.to_owned(), value);
            let inside = known.minimum <= value && value <= known.maximum;
            prop_assert_eq!(check(&reading, now()).is_ok(), inside);
        }
    }
}
