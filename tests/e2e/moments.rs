//! Moments at which a run is killed: drawn at random, told, and repeatable.

use std::time::{Duration, SystemTime};

/// The environment variable that repeats a run's moments.
const SEED: &str = "SEASENSE_TEST_SEED";

/// Draws moments from a seed.
pub struct Moments {
    state: u64,
}

impl Moments {
    /// From the seed in the environment, or from a new one, which is printed.
    pub fn seeded() -> Self {
        let given = std::env::var(SEED).ok().map(|text| text.parse().expect("the seed is a number"));
        let state = given.unwrap_or_else(|| {
            SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_micros() as u64
        });
        eprintln!("--- kills at random moments; {SEED}={state} repeats them");
        Self { state }
    }

    /// A moment before `limit`.
    pub fn next(&mut self, limit: Duration) -> Duration {
        // SplitMix64 (Steele, Lea, Flood 2014): one line of state, evenly spread.
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let share = (z ^ (z >> 31)) % 10_000;
        let moment = limit.mul_f64(share as f64 / 10_000.0);
        eprintln!("--- the next kill comes after {moment:.2?}");
        moment
    }
}
