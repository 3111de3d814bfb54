//! Decides when to stop waiting without hope; pure. Shared by all waits for a platform.

use std::time::Duration;

/// How long a wait without hope goes on. A webhook or an operator that restarts is back sooner.
pub const GRACE: Duration = Duration::from_secs(45);
/// After this time with hope, [`GRACE`] starts again.
pub const RESET_AFTER: Duration = Duration::from_secs(15);

/// Detects terminal errors that last.
///
/// A container that crashes again and again runs for a moment between two crashes. A short time without the
/// error therefore does not count.
#[derive(Debug, Clone)]
pub struct GiveUpTimer {
    grace: Duration,
    reset_after: Duration,
    terminal_since: Option<Duration>,
    healthy_since: Option<Duration>,
}

impl GiveUpTimer {
    /// Returns a timer that gives up after `grace` and starts again after `reset_after` without the error.
    pub const fn after(grace: Duration, reset_after: Duration) -> Self {
        Self { grace, reset_after, terminal_since: None, healthy_since: None }
    }

    /// Returns the timer with [`GRACE`] and [`RESET_AFTER`].
    pub const fn usual() -> Self {
        Self::after(GRACE, RESET_AFTER)
    }

    /// Adds an observation at `now`, the time since the wait began. Returns whether to give up.
    pub fn observe(&mut self, now: Duration, terminal: bool) -> bool {
        if terminal {
            self.healthy_since = None;
            let since = *self.terminal_since.get_or_insert(now);
            return now.saturating_sub(since) >= self.grace;
        }
        let since = *self.healthy_since.get_or_insert(now);
        if now.saturating_sub(since) >= self.reset_after {
            self.terminal_since = None;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Returns the second in which it gives up, with one observation per second.
    fn gives_up_at(observations: impl IntoIterator<Item = bool>) -> Option<u32> {
        let mut timer = GiveUpTimer::usual();
        (0..)
            .zip(observations)
            .find(|(second, terminal)| timer.observe(*second * SECOND, *terminal))
            .map(|(at, _)| at)
    }

    #[test]
    fn a_restart_between_two_crashes_does_not_reset_the_timer() {
        // In back-off from second 11 on, except for the moments of its restarts.
        let crashing = |second: u32| second > 11 && ![31, 32, 71, 72].contains(&second);
        assert_eq!(gives_up_at((0..200).map(crashing)), Some(57));
    }

    #[test]
    fn a_recovery_resets_the_timer() {
        let crashed_twice = |second: u32| (5..40).contains(&second) || (60..100).contains(&second);
        assert_eq!(gives_up_at((0..300).map(crashed_twice)), None);
    }

    proptest! {
        #[test]
        fn the_timer_never_gives_up_before_the_grace_time(observations in prop::collection::vec(any::<bool>(), 0..300)) {
            if let Some(at) = gives_up_at(observations.iter().copied()) {
                let first = observations.iter().position(|terminal| *terminal).unwrap();
                prop_assert!(usize::try_from(at).unwrap() >= first + 45);
                prop_assert!(observations[usize::try_from(at).unwrap()], "without a terminal error");
            }
        }
    }
}
