//! One simulated buoy.

use jiff::Timestamp;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use seasense::apps::shared::token;
use seasense::apps::shared::wire::{DEFAULT_DEPTH_CM, Reading};

use crate::physics::SeaModel;
use crate::track::Track;

/// A simulated buoy. Its readings are a function of time: a repeated measurement of the same time is identical.
pub struct Buoy<T, S> {
    /// Its id, `buoy-001`.
    pub id: String,
    number: u32,
    seed: u64,
    track: T,
    sea: S,
}

impl<T: Track, S: SeaModel> Buoy<T, S> {
    /// Creates the buoy of this kind with this number, from 1.
    pub fn new(kind: &str, seed: u64, number: u32, track: T, sea: S) -> Self {
        Self { id: token::id(kind, number), number, seed, track, sea }
    }

    /// Returns a separate random number generator for each purpose.
    pub fn rng(&self, purpose: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed ^ purpose);
        rng.set_stream(u64::from(self.number));
        rng
    }

    /// Measures at this time, with this sequence number.
    pub fn measure(&self, seq: i64, at: Timestamp) -> Reading {
        let position = self.track.position(at);
        let mut noise = self.rng(at.as_microsecond().cast_unsigned());
        Reading {
            seq,
            observed_at: at,
            latitude: position.latitude,
            longitude: position.longitude,
            depth_cm: DEFAULT_DEPTH_CM,
            values: self.sea.measure(self.track.climate(), position, at, &mut noise),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::physics::Surface;
    use crate::track::Voyage;

    #[test]
    fn restarted_buoy_repeats_its_measurements() {
        let buoy = || Buoy::new(token::FLEET, 42, 3, Voyage::new(42, 3), Surface);
        let at = "2026-06-01T12:00:00Z".parse().unwrap();
        assert_eq!(buoy().measure(1, at), buoy().measure(1, at));
        assert_eq!(buoy().id, "buoy-003");
    }
}
