//! A voyage: round and round a sailing area, at the pace of a small yacht. A pure function of time, so that a restarted
//! fleet is where it would have been.

use std::f64::consts::TAU;

use jiff::Timestamp;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::area::{AREAS, Area};
use super::{Climate, Position};

/// Period of the tide that speeds a vessel up and slows it down, seconds.
const TIDE_S: f64 = 12.42 * 3600.0;

/// The largest current of the tide, metres per second; slower than any vessel, so nobody goes backwards.
const TIDE_M_PER_S: f64 = 0.5;

/// Where something is at every moment.
pub trait Track: Send + Sync + 'static {
    /// The place at this moment.
    fn position(&self, at: Timestamp) -> Position;

    /// The water it sails in.
    fn climate(&self) -> &Climate;
}

/// One vessel's way round its area.
#[derive(Debug, Clone)]
pub struct Voyage {
    area: &'static Area,
    /// Its waypoints: the area's, drawn towards the centre, so that vessels of one area do not follow one line.
    waypoints: [Position; 5],
    /// Metres once round.
    length: f64,
    /// Metres per second.
    speed: f64,
    /// Metres ahead of the first waypoint at the epoch.
    head_start: f64,
}

impl Voyage {
    /// The voyage of the buoy with this number, from 1, in the fleet of this seed.
    pub fn new(seed: u64, number: u32) -> Self {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        chance.set_stream(u64::from(number));
        let area = &AREAS[number.saturating_sub(1) as usize % AREAS.len()];
        let drawn = chance.random_range(0.0..0.45);
        let waypoints = area.waypoints.map(|waypoint| waypoint.towards(area.climate.centre, drawn));
        let length = legs(&waypoints).map(|(from, to)| from.distance(to)).sum();
        Self {
            area,
            waypoints,
            length,
            speed: chance.random_range(1.5..3.0),
            head_start: chance.random_range(0.0..length),
        }
    }

    /// The bounds of the area: south-west and north-east corner.
    #[cfg(test)]
    pub fn bounds(&self) -> (Position, Position) {
        let (mut low, mut high) = (self.area.waypoints[0], self.area.waypoints[0]);
        for place in self.area.waypoints {
            low = Position::new(low.latitude.min(place.latitude), low.longitude.min(place.longitude));
            high = Position::new(high.latitude.max(place.latitude), high.longitude.max(place.longitude));
        }
        (low, high)
    }
}

impl Track for Voyage {
    fn position(&self, at: Timestamp) -> Position {
        let seconds = at.as_duration().as_secs_f64();
        let tide = TIDE_M_PER_S * TIDE_S / TAU * (TAU * seconds / TIDE_S).sin();
        let mut left = (self.head_start + self.speed * seconds + tide).rem_euclid(self.length);
        for (from, to) in legs(&self.waypoints) {
            let leg = from.distance(to);
            if left <= leg {
                let place = from.towards(to, left / leg);
                return Position::new(at_resolution(place.latitude), at_resolution(place.longitude));
            }
            left -= leg;
        }
        self.waypoints[0]
    }

    fn climate(&self) -> &Climate {
        &self.area.climate
    }
}

/// The legs of a loop, the last one back to the first waypoint.
fn legs(waypoints: &[Position; 5]) -> impl Iterator<Item = (Position, Position)> {
    waypoints.iter().copied().zip(waypoints.iter().copied().cycle().skip(1))
}

/// Degrees as a receiver reports them: five decimals, about a metre.
fn at_resolution(degrees: f64) -> f64 {
    (degrees * 1e5).round() / 1e5
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moment(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// Twice the signed area of the triangle; its sign tells on which side of the line `c` lies.
    fn side(a: Position, b: Position, c: Position) -> f64 {
        (b.longitude - a.longitude) * (c.latitude - a.latitude)
            - (b.latitude - a.latitude) * (c.longitude - a.longitude)
    }

    #[test]
    fn areas_are_convex_and_hold_their_centre() {
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
        fn stays_in_its_sea(seed in any::<u64>(), number in 1_u32..200, second in 1_600_000_000_i64..2_000_000_000) {
            let voyage = Voyage::new(seed, number);
            let (place, (low, high)) = (voyage.position(moment(second)), voyage.bounds());
            prop_assert!((low.latitude..=high.latitude).contains(&place.latitude), "{place:?}");
            prop_assert!((low.longitude..=high.longitude).contains(&place.longitude), "{place:?}");
        }

        #[test]
        fn moves_as_fast_as_a_small_yacht(seed in any::<u64>(), number in 1_u32..200, second in 1_600_000_000_i64..2_000_000_000) {
            let voyage = Voyage::new(seed, number);
            let metres = voyage.position(moment(second)).distance(voyage.position(moment(second + 60)));
            // A corner cut on the way makes the straight line shorter, never longer.
            prop_assert!(metres <= 60.0 * (3.0 + TIDE_M_PER_S) + 2.0, "{metres} m in a minute");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_voyage() {
        let at = moment(1_790_000_000);
        assert_eq!(Voyage::new(1, 5).position(at), Voyage::new(1, 5).position(at));
        assert_ne!(Voyage::new(1, 5).position(at), Voyage::new(2, 5).position(at));
    }
}
