//! Where a buoy is: sailing areas, and a voyage along one of them.

mod area;
mod voyage;

#[cfg(test)]
pub use area::AREAS;
pub use area::Climate;
pub use voyage::{Track, Voyage};

/// A place at sea, degrees north and east.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

impl Position {
    /// The place at these degrees.
    pub const fn new(latitude: f64, longitude: f64) -> Self {
        Self { latitude, longitude }
    }

    /// The point at this fraction of the way to `other`; the areas are small, so straight lines on the map do.
    pub fn towards(self, other: Self, fraction: f64) -> Self {
        Self {
            latitude: self.latitude + (other.latitude - self.latitude) * fraction,
            longitude: self.longitude + (other.longitude - self.longitude) * fraction,
        }
    }

    /// Metres to `other`, on a plane that touches the globe between them.
    pub fn distance(self, other: Self) -> f64 {
        const METRES_PER_DEGREE: f64 = 111_195.0;
        let north = other.latitude - self.latitude;
        let middle = f64::midpoint(self.latitude, other.latitude).to_radians();
        let east = (other.longitude - self.longitude) * middle.cos();
        METRES_PER_DEGREE * north.hypot(east)
    }
}
