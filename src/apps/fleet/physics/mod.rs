//! What the sensors of a buoy would show at a place and a moment.

mod oxygen;
mod sun;
mod surface;

use std::collections::BTreeMap;

use jiff::Timestamp;
use rand_chacha::ChaCha8Rng;

use crate::track::{Climate, Position};

pub use surface::Surface;

/// A model of the sea; richer ones and faulty sensors take the same place.
pub trait Sea: Send + Sync + 'static {
    /// Values by CF standard name. Deterministic: the same place, moment and noise give the same values.
    fn measure(
        &self,
        climate: &Climate,
        place: Position,
        at: Timestamp,
        noise: &mut ChaCha8Rng,
    ) -> BTreeMap<String, f64>;
}
