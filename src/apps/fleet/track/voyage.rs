//! A voyage: repeated rounds of a sailing area at the speed of a small yacht. Pure function of time, so that a
//! restart does not change the positions.

use std::f64::consts::TAU;

use jiff::Timestamp;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::area::{AREAS, Area};
use super::{Climate, Position};

/// Period of the tide, which changes the speed of a boat, seconds.
const TIDE_S: f64 = 12.42 * 3600.0;

/// Maximum tidal current, metres per second; slower than any boat, so that none moves backwards.
const TIDE_M_PER_S: f64 = 0.5;

/// A position as a function of time.
pub trait Track: Send + Sync + 'static {
    /// Returns the position at this time.
    fn position(&self, at: Timestamp) -> Position;

    /// Returns the climate of the area.
    fn climate(&self) -> &Climate;
}

/// One boat's route around its area.
#[derive(Debug, Clone)]
pub struct Voyage {
    area: &'static Area,
    /// The area's waypoints, moved towards the centre, so that boats in one area have different routes.
    waypoints: [Position; 5],
    /// Length of one round, metres.
    length: f64,
    /// Mean speed, metres per second.
    speed: f64,
    /// Distance from the first waypoint at the epoch, metres.
    offset: f64,
}

impl Voyage {
    /// Creates the voyage of the buoy with this number, from 1, in the fleet with this seed.
    pub fn new(seed: u64, number: u32) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(u64::from(number));
        let area = &AREAS[number.saturating_sub(1) as usize % AREAS.len()];
        let towards_centre = rng.random_range(0.0..0.45);
        let waypoints = area.waypoints.map(|waypoint| waypoint.towards(area.climate.centre, towards_centre));
        let length = legs(&waypoints).map(|(from, to)| from.distance(to)).sum();
        Self {
            area,
            waypoints,
            length,
            speed: rng.random_range(1.5..3.0),
            offset: rng.random_range(0.0..length),
        }
    }

    /// Returns the bounds of the area: south-west and north-east corner.
    #[cfg(test)]
    pub fn bounds(&self) -> (Position, Position) {
        let (mut low, mut high) = (self.area.waypoints[0], self.area.waypoints[0]);
        for position in self.area.waypoints {
            low = Position::new(low.latitude.min(position.latitude), low.longitude.min(position.longitude));
            high =
                Position::new(high.latitude.max(position.latitude), high.longitude.max(position.longitude));
        }
        (low, high)
    }
}

impl Track for Voyage {
    fn position(&self, at: Timestamp) -> Position {
        let seconds = at.as_duration().as_secs_f64();
        let tide = TIDE_M_PER_S * TIDE_S / TAU * (TAU * seconds / TIDE_S).sin();
        let mut remaining = (self.offset + self.speed * seconds + tide).rem_euclid(self.length);
        for (from, to) in legs(&self.waypoints) {
            let leg = from.distance(to);
            if remaining <= leg {
                let position = from.towards(to, remaining / leg);
                return Position::new(at_resolution(position.latitude), at_resolution(position.longitude));
            }
            remaining -= leg;
        }
        self.waypoints[0]
    }

    fn climate(&self) -> &Climate {
        &self.area.climate
    }
}

/// Returns the legs of a loop; the last one returns to the first waypoint.
fn legs(waypoints: &[Position; 5]) -> impl Iterator<Item = (Position, Position)> {
    waypoints.iter().copied().zip(waypoints.iter().copied().cycle().skip(1))
}

/// Rounds degrees as a GPS receiver does: five decimals, about a metre.
fn at_resolution(degrees: f64) -> f64 {
    (degrees * 1e5).round() / 1e5
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at_second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// Twice the signed area of the triangle; its sign is the side of the line on which `c` is.
    fn side(a: Position, b: Position, c: Position) -> f64 {
        (b.longitude - a.longitude) * (c.latitude - a.latitude)
            - (b.latitude - a.latitude) * (c.longitude - a.longitude)
    }

    #[test]
    fn areas_are_convex_and_contain_their_centre() {
        for area in &AREAS {
            let w = area.waypoints;
            let turns: Vec<f64> = (0..5).map(|i| side(w[i], w[(i + 1) % 5], w[(i + 2) % 5])).collect();
            assert!(turns.iter().all(|turn| turn * turns[0] > 0.0), "{w:?}");
            assert!(
                (0..5).all(|i| side(w[i], w[(i + 1) % 5], area.climate.centre) * turns[0] > 0.0),
                "{w:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn voyage_stays_in_its_area(seed in any::<u64>(), number in 1_u32..200, second in 1_600_000_000_i64..2_000_000_000) {
            let voyage = Voyage::new(seed, number);
            let (position, (low, high)) = (voyage.position(at_second(second)), voyage.bounds());
            prop_assert!((low.latitude..=high.latitude).contains(&position.latitude), "{position:?}");
            prop_assert!((low.longitude..=high.longitude).contains(&position.longitude), "{position:?}");
        }

        #[test]
        fn voyage_has_the_speed_of_a_small_yacht(seed in any::<u64>(), number in 1_u32..200, second in 1_600_000_000_i64..2_000_000_000) {
            let voyage = Voyage::new(seed, number);
            let metres = voyage.position(at_second(second)).distance(voyage.position(at_second(second + 60)));
            // A corner on the way makes the straight line shorter, never longer.
            prop_assert!(metres <= 60.0 * (3.0 + TIDE_M_PER_S) + 2.0, "{metres} m in a minute");
        }
    }

    #[test]
    fn voyage_depends_on_the_seed_only() {
        let at = at_second(1_790_000_000);
        assert_eq!(Voyage::new(1, 5).position(at), Voyage::new(1, 5).position(at));
        assert_ne!(Voyage::new(1, 5).position(at), Voyage::new(2, 5).position(at));
    }
}
