//! The rate of arriving readings, from the counts of several statuses. Pure; the clock is the server's.

use std::collections::VecDeque;

use super::EnvironmentStatus;

/// How many rates are kept: two minutes at one status every two seconds.
const KEPT: usize = 60;

/// Readings per second between two statuses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Readings per second.
    pub per_second: f64,
    /// The time between the two counts, in seconds by the server's clock.
    pub window_s: f64,
}

/// The rates between the statuses of one watch. The counts are totals of the server; reading them changes
/// nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trend {
    last: Option<(u64, jiff::Timestamp)>,
    now: Option<Rate>,
    rates: VecDeque<f64>,
}

impl Trend {
    /// Adds a status. After one without a count, the next one has no rate.
    pub fn add(&mut self, status: &EnvironmentStatus) {
        let at = status.fleet.counted_at.as_deref().and_then(|at| at.parse().ok());
        self.count(status.fleet.stored.zip(at));
    }

    fn count(&mut self, now: Option<(u64, jiff::Timestamp)>) {
        if now.is_some() && now == self.last {
            return;
        }
        self.now = self.last.zip(now).and_then(|(before, after)| rate(before, after));
        self.rates.extend(self.now.map(|rate| rate.per_second));
        if self.rates.len() > KEPT {
            self.rates.pop_front();
        }
        self.last = now;
    }

    /// The rate between the last two statuses; `None` if one of them has no count.
    pub const fn rate(&self) -> Option<Rate> {
        self.now
    }

    /// The rates, oldest first, in readings per second.
    pub fn rates(&self) -> impl Iterator<Item = f64> {
        self.rates.iter().copied()
    }
}

/// The rate between two counts. A lower count belongs to another database: a snapshot was loaded, or the
/// environment was recreated.
fn rate((before, earlier): (u64, jiff::Timestamp), (after, later): (u64, jiff::Timestamp)) -> Option<Rate> {
    let window_s = later.duration_since(earlier).as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a rate is shown with three digits")]
    let per_second = after.checked_sub(before)? as f64 / window_s;
    (window_s > 0.0).then_some(Rate { per_second, window_s })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> jiff::Timestamp {
        jiff::Timestamp::from_second(1_767_225_600 + second).unwrap()
    }

    fn per_second(trend: &Trend) -> Option<f64> {
        trend.rate().map(|rate| rate.per_second)
    }

    #[test]
    fn a_rate_needs_two_counts_and_uses_the_servers_clock() {
        let mut trend = Trend::default();
        trend.count(Some((100, at(0))));
        assert_eq!(trend.rate(), None);
        trend.count(Some((112, at(2))));
        assert_eq!(trend.rate(), Some(Rate { per_second: 6.0, window_s: 2.0 }));
        trend.count(Some((112, at(2))));
        assert_eq!(per_second(&trend), Some(6.0), "a repeated count is ignored");
    }

    #[test]
    fn a_missing_or_smaller_count_starts_again() {
        let mut trend = Trend::default();
        for (readings, second) in [(100, 0), (112, 2)] {
            trend.count(Some((readings, at(second))));
        }
        trend.count(None);
        assert_eq!(trend.rate(), None);
        trend.count(Some((500, at(60))));
        assert_eq!(trend.rate(), None, "the readings of the gap are unknown");
        trend.count(Some((40, at(62))));
        assert_eq!(trend.rates().collect::<Vec<_>>(), [6.0]);
        trend.count(Some((44, at(64))));
        assert_eq!(per_second(&trend), Some(2.0));
    }

    proptest! {
        #[test]
        fn rates_are_never_negative_and_limited_in_number(
            counts in prop::collection::vec(prop::option::of((0u64..1000, 0i64..500)), 0..200),
        ) {
            let mut trend = Trend::default();
            for count in counts {
                trend.count(count.map(|(readings, second)| (readings, at(second))));
            }
            prop_assert!(trend.rates().all(|rate| rate >= 0.0 && rate.is_finite()));
            prop_assert!(trend.rates().count() <= KEPT);
        }
    }
}
