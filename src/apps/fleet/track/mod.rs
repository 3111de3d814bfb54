//! The position of a buoy over time: sailing areas, and a voyage in one of them.

mod area;
mod voyage;

#[cfg(test)]
pub use area::AREAS;
pub use area::Climate;
pub use voyage::{Track, Voyage};

/// A geographic position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

impl Position {
    /// Creates the position at these degrees.
    pub const fn new(latitude: f64, longitude: f64) -> Self {
        Self { latitude, longitude }
    }

    /// Interpolates linearly between this position and `other`; the areas are small enough for a plane.
    pub fn towards(self, other: Self, fraction: f64) -> Self {
        Self {
            latitude: self.latitude + (other.latitude - self.latitude) * fraction,
            longitude: self.longitude + (other.longitude - self.longitude) * fraction,
        }
    }

    /// Returns the distance to `other` in metres, on a plane that is tangent to the globe between them.
    pub fn distance(self, other: Self) -> f64 {
        const METRES_PER_DEGREE: f64 = 111_195.0;
        let north = other.latitude - self.latitude;
        let middle = f64::midpoint(self.latitude, other.latitude).to_radians();
        let east = (other.longitude - self.longitude) * middle.cos();
        METRES_PER_DEGREE * north.hypot(east)
    }
}
