//! Whether an environment may live on; pure.

use std::time::Duration;

use jiff::Timestamp;

/// What is known of an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The present moment.
    pub now: Timestamp,
    /// When it goes in any case.
    pub deadline: Option<Timestamp>,
    /// How long its owner has been silent, by a clock that stands while the machine sleeps; absent where nobody is
    /// expected to speak.
    pub silent: Option<Duration>,
    /// How long an owner may be silent.
    pub grace: Duration,
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is needed.
    Lives,
    /// It goes: its time is over.
    Expired,
    /// It goes: its owner is dead.
    Orphaned,
}

/// Judges.
pub fn decide(known: Known) -> Verdict {
    if known.deadline.is_some_and(|deadline| known.now >= deadline) {
        return Verdict::Expired;
    }
    if known.silent.is_some_and(|silent| silent > known.grace) {
        return Verdict::Orphaned;
    }
    Verdict::Lives
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moment(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    prop_compose! {
        fn known()(
            now in 0i64..10_000,
            deadline in proptest::option::of(0i64..10_000),
            silent in proptest::option::of(0u64..100),
            grace in 0u64..100,
        ) -> Known {
            Known {
                now: moment(now),
                deadline: deadline.map(moment),
                silent: silent.map(Duration::from_secs),
                grace: Duration::from_secs(grace),
            }
        }
    }

    proptest! {
        #[test]
        fn an_owner_who_speaks_in_time_keeps_it(known in known()) {
            let in_time = known.deadline.is_none_or(|deadline| known.now < deadline);
            let speaks = known.silent.is_none_or(|silent| silent <= known.grace);
            prop_assert_eq!(decide(known) == Verdict::Lives, in_time && speaks);
        }

        #[test]
        fn what_goes_never_comes_back_by_waiting(known in known(), seconds in 0i64..10_000) {
            let later = Known {
                now: known.now + jiff::SignedDuration::from_secs(seconds),
                silent: known.silent.map(|silent| silent + Duration::from_secs(seconds.unsigned_abs())),
                ..known
            };
            prop_assert!(decide(known) == Verdict::Lives || decide(later) != Verdict::Lives);
        }

        #[test]
        fn a_clock_that_was_set_never_kills_without_a_deadline(known in known(), now in 0i64..1_000_000) {
            let known = Known { deadline: None, ..known };
            prop_assert_eq!(decide(known), decide(Known { now: moment(now), ..known }));
        }
    }
}
