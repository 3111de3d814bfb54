//! When waiting is given up before its time is over; pure.

use std::time::Duration;

/// What is without hope for long enough is given up.
///
/// A container that crashes again and again runs for a moment between two crashes: hope that does not last is none.
#[derive(Debug, Clone)]
pub struct GiveUpTimer {
    grace: Duration,
    reset_after: Duration,
    without: Option<Duration>,
    hope: Option<Duration>,
}

impl GiveUpTimer {
    /// Gives up after `grace` without hope; hope that lasts for `reset_after` lets it begin anew.
    pub const fn after(grace: Duration, reset_after: Duration) -> Self {
        Self { grace, reset_after, without: None, hope: None }
    }

    /// Takes in a look at the time `now`, counted from when the wait began; tells whether to give up.
    pub fn look(&mut self, now: Duration, terminal: bool) -> bool {
        if terminal {
            self.hope = None;
            let since = *self.without.get_or_insert(now);
            return now.saturating_sub(since) >= self.grace;
        }
        let since = *self.hope.get_or_insert(now);
        if now.saturating_sub(since) >= self.reset_after {
            self.without = None;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// The second in which looks, one each second, end in giving up.
    fn given_up(looks: impl IntoIterator<Item = bool>) -> Option<u32> {
        let mut despair = GiveUpTimer::after(45 * SECOND, 15 * SECOND);
        (0..)
            .zip(looks)
            .find(|(second, terminal)| despair.look(*second * SECOND, *terminal))
            .map(|(at, _)| at)
    }

    #[test]
    fn a_restart_between_two_crashes_is_no_hope() {
        // In its back-off from 11 s on, but for the moments of its restarts.
        let crashing = |second: u32| second > 11 && ![31, 32, 71, 72].contains(&second);
        assert_eq!(given_up((0..200).map(crashing)), Some(57));
    }

    #[test]
    fn what_recovers_is_waited_for() {
        let crashed_before = |second: u32| (5..40).contains(&second) || (60..100).contains(&second);
        assert_eq!(given_up((0..300).map(crashed_before)), None);
    }

    proptest! {
        #[test]
        fn nothing_is_given_up_before_the_grace_is_over(looks in prop::collection::vec(any::<bool>(), 0..300)) {
            if let Some(at) = given_up(looks.iter().copied()) {
                let first = looks.iter().position(|terminal| *terminal).unwrap();
                prop_assert!(usize::try_from(at).unwrap() >= first + 45);
                prop_assert!(looks[usize::try_from(at).unwrap()], "at a look that has hope");
            }
        }
    }
}
