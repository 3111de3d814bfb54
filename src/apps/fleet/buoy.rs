//! One buoy: what it measures, and when.

use jiff::Timestamp;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use seasense::apps::shared::token;
use seasense::apps::shared::wire::{DEFAULT_DEPTH_CM, Reading};

use crate::physics::Sea;
use crate::track::Track;

/// A buoy at sea. Its readings are a function of time: measured again for the same moment, they are the same.
pub struct Buoy<T, S> {
    /// Its id, `buoy-001`.
    pub id: String,
    number: u32,
    seed: u64,
    track: T,
    sea: S,
}

impl<T: Track, S: Sea> Buoy<T, S> {
    /// The buoy of this kind with this number, from 1.
    pub fn new(kind: &str, seed: u64, number: u32, track: T, sea: S) -> Self {
        Self { id: token::id(kind, number), number, seed, track, sea }
    }

    /// A source of chance of its own for each purpose.
    pub fn chance(&self, purpose: u64) -> ChaCha8Rng {
        let mut chance = ChaCha8Rng::seed_from_u64(self.seed ^ purpose);
        chance.set_stream(u64::from(self.number));
        chance
    }

    /// What it measures at this moment, under this number.
    pub fn measure(&self, seq: i64, at: Timestamp) -> Reading {
        let place = self.track.position(at);
        let mut noise = self.chance(at.as_microsecond().cast_unsigned());
        Reading {
            seq,
            observed_at: at,
            latitude: place.latitude,
            longitude: place.longitude,
            depth_cm: DEFAULT_DEPTH_CM,
            values: self.sea.measure(self.track.climate(), place, at, &mut noise),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::physics::Surface;
    use crate::track::Voyage;

    #[test]
    fn a_restarted_buoy_measures_the_same_again() {
        let buoy = || Buoy::new(token::FLEET, 42, 3, Voyage::new(42, 3), Surface);
        let at = "2026-06-01T12:00:00Z".parse().unwrap();
        assert_eq!(buoy().measure(1, at), buoy().measure(1, at));
        assert_eq!(buoy().id, "buoy-003");
    }
}
