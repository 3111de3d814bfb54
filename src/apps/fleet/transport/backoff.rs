//! Pauses between attempts: longer each time, and different for every buoy, so that a fleet does not knock in step.

use std::time::Duration;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

const SHORTEST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(3);

/// The pause after each failed attempt in a row.
#[derive(Debug)]
pub struct Backoff {
    chance: ChaCha8Rng,
    failures: u32,
}

impl Backoff {
    /// No failure yet.
    pub fn new(chance: ChaCha8Rng) -> Self {
        Self { chance, failures: 0 }
    }

    /// An attempt succeeded.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// An attempt failed: the time to wait, at least what the backend asked for.
    pub fn next(&mut self, asked: Option<Duration>) -> Duration {
        let full = SHORTEST.saturating_mul(1 << self.failures.min(10)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        let pause = full.mul_f64(self.chance.random_range(0.5..1.0));
        // A wrong or hostile header must not silence a buoy.
        pause.max(asked.unwrap_or_default().min(LONGEST))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;

    use super::*;

    proptest! {
        #[test]
        fn pauses_grow_and_stay_bounded(seed in any::<u64>(), asked in proptest::option::of(0_u64..10_000)) {
            let mut backoff = Backoff::new(ChaCha8Rng::seed_from_u64(seed));
            let first = backoff.next(None);
            prop_assert!(first >= SHORTEST / 2 && first <= SHORTEST);
            for _ in 0..40 {
                let pause = backoff.next(asked.map(Duration::from_secs));
                prop_assert!(pause >= SHORTEST / 2 && pause <= LONGEST);
            }
            prop_assert!(backoff.next(None) >= LONGEST / 2);
            backoff.reset();
            prop_assert!(backoff.next(None) <= SHORTEST);
        }
    }

    #[test]
    fn the_backend_s_advice_is_kept() {
        let mut backoff = Backoff::new(ChaCha8Rng::seed_from_u64(1));
        assert!(backoff.next(Some(Duration::from_secs(2))) >= Duration::from_secs(2));
    }
}
