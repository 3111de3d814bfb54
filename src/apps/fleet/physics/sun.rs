//! The phase of the day and of the year at a position.

use jiff::Timestamp;

const DAY_S: f64 = 86_400.0;

/// Days of a mean year.
const YEAR_D: f64 = 365.25;

/// Seconds since 1970, with fraction.
pub fn seconds(at: Timestamp) -> f64 {
    at.as_duration().as_secs_f64()
}

/// Hours of local solar time at this longitude (degrees east), 0 to 24; without the equation of time.
pub fn solar_hour(at: Timestamp, longitude: f64) -> f64 {
    (seconds(at) / 3600.0 + longitude / 15.0).rem_euclid(24.0)
}

/// Fraction of the year since the warmest day of the northern sea surface, about 18 August, two months after
/// solstice.
pub fn season(at: Timestamp) -> f64 {
    const WARMEST_DAY: f64 = 229.0;
    ((seconds(at) / DAY_S - WARMEST_DAY) / YEAR_D).rem_euclid(1.0)
}

/// Warming of the day, 0 to 1: starts at 8 h local time, peaks at 14 h, ends at 23 h.
pub fn warming(hour: f64) -> f64 {
    const BEGIN: f64 = 8.0;
    const PEAK: f64 = 14.0;
    const END: f64 = 23.0;
    let rising = (hour - BEGIN) / (PEAK - BEGIN);
    let falling = (END - hour) / (END - PEAK);
    let phase = rising.min(falling).clamp(0.0, 1.0);
    (phase * std::f64::consts::FRAC_PI_2).sin().powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solar_time_follows_the_longitude() {
        let noon: Timestamp = "2026-06-01T12:00:00Z".parse().unwrap();
        assert!((solar_hour(noon, 0.0) - 12.0).abs() < 1e-9);
        assert!((solar_hour(noon, -15.0) - 11.0).abs() < 1e-9);
        assert!((solar_hour(noon, 180.0) - 0.0).abs() < 1e-9);
    }

    #[test]
    fn the_sea_is_warmest_in_august_and_in_the_afternoon() {
        let august: Timestamp = "2026-08-18T00:00:00Z".parse().unwrap();
        let distance = season(august).min(1.0 - season(august));
        assert!(distance < 0.01, "{distance}");
        assert!((warming(14.0) - 1.0).abs() < 1e-12);
        assert!(warming(3.0).abs() < 1e-12 && warming(23.5).abs() < 1e-12);
    }
}
