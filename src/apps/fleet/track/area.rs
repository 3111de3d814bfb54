//! Sailing areas: hand-picked loops of waypoints offshore, each with the climate of its sea.

use super::Position;

/// The properties of the water in an area; illustrative values.
#[derive(Debug, Clone, Copy)]
pub struct Climate {
    /// Centre of the area.
    pub centre: Position,
    /// Mean surface temperature of the year, degC.
    pub temperature: f64,
    /// Half of the difference between summer and winter, degC.
    pub temperature_swing: f64,
    /// Practical salinity.
    pub salinity: f64,
    /// pH on the total scale.
    pub ph: f64,
    /// Biological activity: scale of the oxygen above saturation, as a fraction.
    pub bloom: f64,
}

/// A loop of waypoints. They form a convex polygon without land.
#[derive(Debug, Clone, Copy)]
pub struct Area {
    /// Waypoints in order; the last connects to the first.
    pub waypoints: [Position; 5],
    /// The properties of the water.
    pub climate: Climate,
}

const fn area(waypoints: [(f64, f64); 5], centre: (f64, f64), water: (f64, f64, f64, f64, f64)) -> Area {
    let [first, second, third, fourth, fifth] = waypoints;
    let (temperature, temperature_swing, salinity, ph, bloom) = water;
    Area {
        waypoints: [position(first), position(second), position(third), position(fourth), position(fifth)],
        climate: Climate { centre: position(centre), temperature, temperature_swing, salinity, ph, bloom },
    }
}

const fn position((latitude, longitude): (f64, f64)) -> Position {
    Position::new(latitude, longitude)
}

/// All areas: waypoints, centre, and (temperature, swing, salinity, pH, bloom).
pub const AREAS: [Area; 9] = [
    // Bay of Biscay, beyond the shelf
    area(
        [(46.7, -5.4), (46.6, -6.9), (45.8, -7.5), (45.2, -6.2), (45.7, -4.8)],
        (46.0, -6.2),
        (15.5, 4.0, 35.5, 8.06, 0.03),
    ),
    // Western Channel, between Brittany and Cornwall
    area(
        [(49.55, -4.9), (49.5, -5.6), (49.2, -5.9), (49.05, -5.4), (49.2, -4.7)],
        (49.3, -5.3),
        (13.0, 3.5, 35.2, 8.05, 0.04),
    ),
    // Celtic Sea
    area(
        [(50.6, -8.6), (50.5, -9.6), (49.8, -10.0), (49.4, -9.2), (49.8, -8.3)],
        (50.0, -9.1),
        (13.0, 3.2, 35.4, 8.05, 0.04),
    ),
    // Gulf of Lion, over deep water
    area(
        [(42.3, 5.0), (42.1, 6.2), (41.5, 6.2), (41.2, 5.3), (41.6, 4.5)],
        (41.7, 5.4),
        (17.5, 5.0, 38.1, 8.08, 0.02),
    ),
    // Ligurian Sea, between Nice and Corsica
    area(
        [(43.45, 7.9), (43.4, 8.5), (43.2, 8.6), (43.05, 8.1), (43.2, 7.7)],
        (43.3, 8.2),
        (18.3, 5.2, 38.2, 8.08, 0.02),
    ),
    // Algerian basin
    area(
        [(38.4, 4.6), (38.3, 5.8), (37.8, 6.1), (37.6, 5.2), (37.9, 4.4)],
        (38.0, 5.2),
        (19.5, 5.0, 37.3, 8.07, 0.02),
    ),
    // Tyrrhenian Sea
    area(
        [(40.4, 11.1), (40.4, 12.1), (39.8, 12.5), (39.4, 11.8), (39.7, 11.0)],
        (39.9, 11.7),
        (19.7, 5.5, 38.0, 8.07, 0.02),
    ),
    // Open Atlantic, north-east of the Azores
    area(
        [(41.8, -21.0), (41.6, -22.4), (40.6, -22.6), (39.9, -21.2), (40.7, -19.8)],
        (40.9, -21.4),
        (17.2, 3.4, 36.0, 8.07, 0.025),
    ),
    // West of Portugal
    area(
        [(40.6, -11.1), (40.3, -12.4), (39.5, -12.5), (39.0, -11.6), (39.7, -10.8)],
        (39.8, -11.7),
        (17.0, 2.6, 35.9, 8.07, 0.03),
    ),
];
