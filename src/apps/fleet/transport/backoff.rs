//! Exponential backoff with jitter, so that the buoys of a fleet do not retry at the same time.

use std::time::Duration;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

const SHORTEST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(3);

/// The pauses after consecutive failed attempts.
#[derive(Debug)]
pub struct Backoff {
    rng: ChaCha8Rng,
    failures: u32,
}

impl Backoff {
    /// Creates a backoff without failures.
    pub fn new(rng: ChaCha8Rng) -> Self {
        Self { rng, failures: 0 }
    }

    /// Resets the failures, after an attempt succeeded.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// Returns the pause after a failed attempt, at least `retry_after` of the backend.
    pub fn next(&mut self, retry_after: Option<Duration>) -> Duration {
        let full = SHORTEST.saturating_mul(1 << self.failures.min(10)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        let pause = full.mul_f64(self.rng.random_range(0.5..1.0));
        // The limit prevents a wrong or hostile header from silencing a buoy.
        pause.max(retry_after.unwrap_or_default().min(LONGEST))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;

    use super::*;

    proptest! {
        #[test]
        fn pauses_grow_and_stay_bounded(seed in any::<u64>(), retry_after in proptest::option::of(0_u64..10_000)) {
            let mut backoff = Backoff::new(ChaCha8Rng::seed_from_u64(seed));
            let first = backoff.next(None);
            prop_assert!(first >= SHORTEST / 2 && first <= SHORTEST);
            for _ in 0..40 {
                let pause = backoff.next(retry_after.map(Duration::from_secs));
                prop_assert!(pause >= SHORTEST / 2 && pause <= LONGEST);
            }
            prop_assert!(backoff.next(None) >= LONGEST / 2);
            backoff.reset();
            prop_assert!(backoff.next(None) <= SHORTEST);
        }
    }

    #[test]
    fn retry_after_of_the_backend_is_respected() {
        let mut backoff = Backoff::new(ChaCha8Rng::seed_from_u64(1));
        assert!(backoff.next(Some(Duration::from_secs(2))) >= Duration::from_secs(2));
    }
}
