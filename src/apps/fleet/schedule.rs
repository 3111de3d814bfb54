//! When a buoy measures.

use jiff::{SignedDuration, Timestamp};

/// The most moments of the past that are made up for in the live rhythm; longer gaps are filled in the coarse one.
const MADE_UP_FOR: i64 = 5_000;

/// Moments at equal distances, the same after every start: multiples of the interval since 1970, plus an offset.
#[derive(Debug, Clone, Copy)]
pub struct Rhythm {
    interval_us: i64,
    offset_us: i64,
}

impl Rhythm {
    /// The rhythm of one buoy among many: their moments are spread evenly over the interval.
    pub fn new(interval: SignedDuration, number: u32, buoys: u32) -> Self {
        let interval_us = i64::try_from(interval.as_micros()).unwrap_or(i64::MAX).max(1);
        let offset_us = interval_us / i64::from(buoys.max(1)) * i64::from(number.saturating_sub(1));
        Self { interval_us, offset_us: offset_us % interval_us }
    }

    /// The first moment after this one.
    pub fn after(self, moment: Timestamp) -> Timestamp {
        let since = moment.as_microsecond() - self.offset_us;
        let next = (since.div_euclid(self.interval_us) + 1) * self.interval_us + self.offset_us;
        Timestamp::from_microsecond(next).unwrap_or(Timestamp::MAX)
    }

    /// About how many moments lie between.
    fn count(self, from: Timestamp, to: Timestamp) -> i64 {
        (to.as_microsecond() - from.as_microsecond()) / self.interval_us
    }

    /// Every moment after `from` and before `to`.
    pub fn between(self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Timestamp> {
        std::iter::successors(Some(self.after(from)), move |moment| Some(self.after(*moment)))
            .take_while(move |moment| *moment < to)
    }
}

/// The moments of one start.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// From now on.
    pub live: Rhythm,
    /// For the time before this start.
    pub past: Rhythm,
    /// Where the past begins.
    pub past_from: Timestamp,
}

impl Schedule {
    /// A schedule that reaches `reach` into the past in the coarse rhythm; or, where readings of this buoy have been
    /// acknowledged in that time, goes on after the newest of them as if nothing had happened.
    pub fn new(
        live: Rhythm,
        coarse: Rhythm,
        now: Timestamp,
        reach: SignedDuration,
        newest: Option<Timestamp>,
    ) -> Self {
        let begin = now - reach;
        match newest.filter(|newest| *newest > begin) {
            Some(newest) if live.count(newest, now) <= MADE_UP_FOR => {
                Self { live, past: live, past_from: newest }
            }
            Some(newest) => Self { live, past: coarse, past_from: newest },
            None => Self { live, past: coarse, past_from: begin },
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn moments_are_a_grid(from in 0_i64..2_000_000_000_000_000, interval in 1_i64..600, number in 1_u32..50) {
            let rhythm = Rhythm::new(SignedDuration::from_secs(interval), number, 50);
            let from = Timestamp::from_microsecond(from).unwrap();
            let next = rhythm.after(from);
            prop_assert!(next > from && next.duration_since(from) <= SignedDuration::from_secs(interval));
            prop_assert_eq!(rhythm.after(next).duration_since(next), SignedDuration::from_secs(interval));
        }
    }

    #[test]
    fn buoys_do_not_measure_at_the_same_moment() {
        let start = "2026-06-01T12:00:00Z".parse().unwrap();
        let moments: std::collections::HashSet<Timestamp> = (1..=10)
            .map(|number| Rhythm::new(SignedDuration::from_secs(5), number, 10).after(start))
            .collect();
        assert_eq!(moments.len(), 10);
    }

    #[test]
    fn a_restart_goes_on_after_the_last_acknowledged_reading() {
        let (live, coarse) = (
            Rhythm::new(SignedDuration::from_secs(5), 1, 1),
            Rhythm::new(SignedDuration::from_mins(5), 1, 1),
        );
        let now: Timestamp = "2026-06-01T12:00:02Z".parse().unwrap();
        let moments = |reach, newest: Option<Timestamp>| {
            let schedule = Schedule::new(live, coarse, now, reach, newest);
            schedule.past.between(schedule.past_from, now).count()
        };
        let hours = SignedDuration::from_hours(3);
        assert_eq!(moments(hours, None), 36);
        assert_eq!(moments(hours, Some("2026-06-01T11:59:40Z".parse().unwrap())), 4);
        assert_eq!(moments(hours, Some("2026-06-01T02:00:00Z".parse().unwrap())), 36);
        assert_eq!(moments(SignedDuration::ZERO, None), 0);
        assert_eq!(
            moments(SignedDuration::from_hours(48), Some("2026-06-01T00:00:00Z".parse().unwrap())),
            144
        );
    }
}
