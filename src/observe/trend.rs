//! What only several looks can tell: how fast readings arrive. Pure; the clock is the server's, as told with each count.

use std::collections::VecDeque;

use super::Snapshot;

/// How many rates are kept: two minutes of looks every two seconds.
const KEPT: usize = 60;

/// The rates between the looks of one watch.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trend {
    last: Option<(u64, jiff::Timestamp)>,
    now: Option<f64>,
    rates: VecDeque<f64>,
}

impl Trend {
    /// Takes in a look. One without a count leaves the next one without a rate.
    pub fn add(&mut self, seen: &Snapshot) {
        let at = seen.fleet.counted_at.as_deref().and_then(|at| at.parse().ok());
        self.count(seen.fleet.stored.zip(at));
    }

    fn count(&mut self, now: Option<(u64, jiff::Timestamp)>) {
        if now.is_some() && now == self.last {
            return;
        }
        self.now = self.last.zip(now).and_then(|(before, after)| rate(before, after));
        self.rates.extend(self.now);
        if self.rates.len() > KEPT {
            self.rates.pop_front();
        }
        self.last = now;
    }

    /// Readings per second between the last two looks that counted; `None` until there were two, and while none counts.
    pub fn rate(&self) -> Option<f64> {
        self.now
    }

    /// The rates, oldest first, readings per second.
    pub fn rates(&self) -> impl Iterator<Item = f64> {
        self.rates.iter().copied()
    }
}

/// A count that fell belongs to another database: a snapshot was loaded, or the environment made anew.
fn rate((before, earlier): (u64, jiff::Timestamp), (after, later): (u64, jiff::Timestamp)) -> Option<f64> {
    let seconds = later.duration_since(earlier).as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a rate is shown with three digits")]
    let rate = after.checked_sub(before)? as f64 / seconds;
    (seconds > 0.0).then_some(rate)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> jiff::Timestamp {
        jiff::Timestamp::from_second(1_767_225_600 + second).unwrap()
    }

    #[test]
    fn a_rate_needs_two_looks_and_uses_the_servers_clock() {
        let mut trend = Trend::default();
        trend.count(Some((100, at(0))));
        assert_eq!(trend.rate(), None);
        trend.count(Some((112, at(2))));
        assert_eq!(trend.rate(), Some(6.0));
        trend.count(Some((112, at(2))));
        assert_eq!(trend.rate(), Some(6.0), "the same moment twice says nothing");
    }

    #[test]
    fn a_look_that_saw_nothing_ends_the_rate_and_a_smaller_count_starts_anew() {
        let mut trend = Trend::default();
        for (readings, second) in [(100, 0), (112, 2)] {
            trend.count(Some((readings, at(second))));
        }
        trend.count(None);
        assert_eq!(trend.rate(), None);
        trend.count(Some((500, at(60))));
        assert_eq!(trend.rate(), None, "what came while nothing was seen is not known");
        trend.count(Some((40, at(62))));
        assert_eq!(trend.rates().collect::<Vec<_>>(), [6.0]);
        trend.count(Some((44, at(64))));
        assert_eq!(trend.rate(), Some(2.0));
    }

    proptest! {
        #[test]
        fn rates_are_never_negative_and_never_many(looks in prop::collection::vec(prop::option::of((0u64..1000, 0i64..500)), 0..200)) {
            let mut trend = Trend::default();
            for look in looks {
                trend.count(look.map(|(readings, second)| (readings, at(second))));
            }
            prop_assert!(trend.rates().all(|rate| rate >= 0.0 && rate.is_finite()));
            prop_assert!(trend.rates().count() <= KEPT);
        }
    }
}
