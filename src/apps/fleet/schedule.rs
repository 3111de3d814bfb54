//! The times at which a buoy measures.

use jiff::{SignedDuration, Timestamp};

/// Maximum number of missed times that are filled at the live cadence; longer gaps are filled at the coarse
/// cadence.
const MAX_MISSED: i64 = 5_000;

/// Equidistant times, the same after every restart: multiples of the interval since 1970, plus an offset.
#[derive(Debug, Clone, Copy)]
pub struct Cadence {
    interval_us: i64,
    offset_us: i64,
}

impl Cadence {
    /// Creates the cadence of one buoy among many: their times are spread evenly over the interval.
    pub fn new(interval: SignedDuration, number: u32, buoys: u32) -> Self {
        let interval_us = i64::try_from(interval.as_micros()).unwrap_or(i64::MAX).max(1);
        let offset_us = interval_us / i64::from(buoys.max(1)) * i64::from(number.saturating_sub(1));
        Self { interval_us, offset_us: offset_us % interval_us }
    }

    /// Returns the first time after `time`.
    pub fn after(self, time: Timestamp) -> Timestamp {
        let since = time.as_microsecond() - self.offset_us;
        let next = (since.div_euclid(self.interval_us) + 1) * self.interval_us + self.offset_us;
        Timestamp::from_microsecond(next).unwrap_or(Timestamp::MAX)
    }

    /// Returns the approximate number of times in between.
    fn count(self, from: Timestamp, to: Timestamp) -> i64 {
        (to.as_microsecond() - from.as_microsecond()) / self.interval_us
    }

    /// Returns every time after `from` and before `to`.
    pub fn between(self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Timestamp> {
        std::iter::successors(Some(self.after(from)), move |time| Some(self.after(*time)))
            .take_while(move |time| *time < to)
    }
}

/// The times at which one run of the fleet measures.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// The cadence from now on.
    pub live: Cadence,
    /// The cadence before the start of the run.
    pub backfill: Cadence,
    /// The start of the backfill, excluded.
    pub backfill_from: Timestamp,
}

impl Schedule {
    /// Creates a schedule that backfills `reach` at the coarse cadence. If a reading in that time is
    /// acknowledged already, the schedule continues after the newest of them, at the live cadence for a short
    /// gap.
    pub fn new(
        live: Cadence,
        coarse: Cadence,
        now: Timestamp,
        reach: SignedDuration,
        newest: Option<Timestamp>,
    ) -> Self {
        let begin = now - reach;
        match newest.filter(|newest| *newest > begin) {
            Some(newest) if live.count(newest, now) <= MAX_MISSED => {
                Self { live, backfill: live, backfill_from: newest }
            }
            Some(newest) => Self { live, backfill: coarse, backfill_from: newest },
            None => Self { live, backfill: coarse, backfill_from: begin },
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn times_are_equidistant(from in 0_i64..2_000_000_000_000_000, interval in 1_i64..600, number in 1_u32..50) {
            let cadence = Cadence::new(SignedDuration::from_secs(interval), number, 50);
            let from = Timestamp::from_microsecond(from).unwrap();
            let next = cadence.after(from);
            prop_assert!(next > from && next.duration_since(from) <= SignedDuration::from_secs(interval));
            prop_assert_eq!(cadence.after(next).duration_since(next), SignedDuration::from_secs(interval));
        }
    }

    #[test]
    fn buoys_measure_at_different_times() {
        let start = "2026-06-01T12:00:00Z".parse().unwrap();
        let times: std::collections::HashSet<Timestamp> = (1..=10)
            .map(|number| Cadence::new(SignedDuration::from_secs(5), number, 10).after(start))
            .collect();
        assert_eq!(times.len(), 10);
    }

    #[test]
    fn restart_continues_after_the_newest_acknowledged_reading() {
        let (live, coarse) = (
            Cadence::new(SignedDuration::from_secs(5), 1, 1),
            Cadence::new(SignedDuration::from_mins(5), 1, 1),
        );
        let now: Timestamp = "2026-06-01T12:00:02Z".parse().unwrap();
        let count = |reach, newest: Option<Timestamp>| {
            let schedule = Schedule::new(live, coarse, now, reach, newest);
            schedule.backfill.between(schedule.backfill_from, now).count()
        };
        let hours = SignedDuration::from_hours(3);
        assert_eq!(count(hours, None), 36);
        assert_eq!(count(hours, Some("2026-06-01T11:59:40Z".parse().unwrap())), 4);
        assert_eq!(count(hours, Some("2026-06-01T02:00:00Z".parse().unwrap())), 36);
        assert_eq!(count(SignedDuration::ZERO, None), 0);
        assert_eq!(count(SignedDuration::from_hours(48), Some("2026-06-01T00:00:00Z".parse().unwrap())), 144);
    }
}
