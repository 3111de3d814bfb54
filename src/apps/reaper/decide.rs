//! Decides whether an environment must be removed. Pure.

use std::time::Duration;

use jiff::Timestamp;

/// The observed state of an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observed {
    /// The current time.
    pub now: Timestamp,
    /// The time at which it is removed even if its owner is alive.
    pub deadline: Option<Timestamp>,
    /// The time since the owner's last heartbeat, on a clock that stops while the machine sleeps; `None`
    /// without an owner.
    pub silence: Option<Duration>,
    /// The maximum time without a heartbeat.
    pub grace: Duration,
}

/// The decision about an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Keep it.
    Keep,
    /// Remove it: its lease has expired.
    Expired,
    /// Remove it: its owner is gone.
    Orphaned,
}

/// Returns the decision for an observed state.
pub fn decide(observed: Observed) -> Verdict {
    if observed.deadline.is_some_and(|deadline| observed.now >= deadline) {
        return Verdict::Expired;
    }
    if observed.silence.is_some_and(|silence| silence > observed.grace) {
        return Verdict::Orphaned;
    }
    Verdict::Keep
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at_second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    prop_compose! {
        fn observed()(
            now in 0i64..10_000,
            deadline in proptest::option::of(0i64..10_000),
            silence in proptest::option::of(0u64..100),
            grace in 0u64..100,
        ) -> Observed {
            Observed {
                now: at_second(now),
                deadline: deadline.map(at_second),
                silence: silence.map(Duration::from_secs),
                grace: Duration::from_secs(grace),
            }
        }
    }

    proptest! {
        #[test]
        fn environment_is_kept_while_owner_and_lease_are_alive(observed in observed()) {
            let in_time = observed.deadline.is_none_or(|deadline| observed.now < deadline);
            let alive = observed.silence.is_none_or(|silence| silence <= observed.grace);
            prop_assert_eq!(decide(observed) == Verdict::Keep, in_time && alive);
        }

        #[test]
        fn waiting_never_reverts_a_removal(observed in observed(), seconds in 0i64..10_000) {
            let later = Observed {
                now: observed.now + jiff::SignedDuration::from_secs(seconds),
                silence: observed.silence.map(|silence| silence + Duration::from_secs(seconds.unsigned_abs())),
                ..observed
            };
            prop_assert!(decide(observed) == Verdict::Keep || decide(later) != Verdict::Keep);
        }

        #[test]
        fn changed_clock_has_no_effect_without_a_deadline(observed in observed(), now in 0i64..1_000_000) {
            let observed = Observed { deadline: None, ..observed };
            prop_assert_eq!(decide(observed), decide(Observed { now: at_second(now), ..observed }));
        }
    }
}
