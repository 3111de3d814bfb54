//! Simulates the sensors of a buoy at a position and time.

mod oxygen;
mod sun;
mod surface;

use std::collections::BTreeMap;

use jiff::Timestamp;
use rand_chacha::ChaCha8Rng;

use crate::track::{Climate, Position};

pub use surface::Surface;

/// A model of the sea and the sensors.
pub trait SeaModel: Send + Sync + 'static {
    /// Returns values by CF standard name. Deterministic: the same position, time and noise return the same
    /// values.
    fn measure(
        &self,
        climate: &Climate,
        position: Position,
        at: Timestamp,
        noise: &mut ChaCha8Rng,
    ) -> BTreeMap<String, f64>;
}
