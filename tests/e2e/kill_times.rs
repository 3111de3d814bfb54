//! The random times at which runs are killed. They are printed and can be repeated.

use std::time::{Duration, SystemTime};

/// The environment variable that repeats the times of an earlier run.
const SEED: &str = "SEASENSE_TEST_SEED";

/// Draws times from a seed.
pub struct KillTimes {
    state: u64,
}

impl KillTimes {
    /// Uses the seed of the environment variable, or a new one, and prints it.
    pub fn seeded() -> Self {
        let given = std::env::var(SEED).ok().map(|text| text.parse().expect("the seed is a number"));
        let state = given.unwrap_or_else(|| {
            SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_micros() as u64
        });
        eprintln!("--- kills at random times; {SEED}={state} repeats them");
        Self { state }
    }

    /// Returns a time before `limit`.
    pub fn next(&mut self, limit: Duration) -> Duration {
        // SplitMix64 (Steele, Lea, Flood 2014): one word of state, uniformly distributed.
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let share = (z ^ (z >> 31)) % 10_000;
        let time = limit.mul_f64(share as f64 / 10_000.0);
        eprintln!("--- the next kill is after {time:.2?}");
        time
    }
}
