//! A plausible sea surface: seasons, warm afternoons, tides, eddies, and biology that changes oxygen and pH
//! together.
//!
//! Illustrative climatologies, not a forecast: magnitudes follow published ranges.

use std::collections::BTreeMap;
use std::f64::consts::TAU;

use jiff::Timestamp;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use seasense::apps::shared::parameter;

use super::{SeaModel, oxygen, sun};
use crate::track::{Climate, Position};

/// Period of the main tide, seconds.
const TIDE_S: f64 = 12.42 * 3600.0;

/// Oxygen that photosynthesis releases per carbon.
const O2_PER_CARBON: f64 = 1.4;

/// pH per umol/kg of carbon removed from the water.
const PH_PER_CARBON: f64 = 0.0022;

/// pH per degree of warming at constant carbon content.
const PH_PER_DEGREE: f64 = -0.0155;

/// The surface of the sea without sensor faults.
#[derive(Debug, Clone, Copy)]
pub struct Surface;

impl SeaModel for Surface {
    fn measure(
        &self,
        climate: &Climate,
        position: Position,
        at: Timestamp,
        noise: &mut ChaCha8Rng,
    ) -> BTreeMap<String, f64> {
        let warming = day_warming(climate, position, at);
        let temperature = mean_temperature(climate, position, at) + warming + jitter(noise, 0.01);
        let salinity = salinity(climate, position, at) + jitter(noise, 0.006);
        let excess = oxygen_excess(climate, position, at) * oxygen::saturation(temperature, salinity);
        let oxygen = oxygen::saturation(temperature, salinity) + excess + jitter(noise, 0.4);
        let ph = climate.ph
            + PH_PER_DEGREE * warming
            + PH_PER_CARBON * excess / O2_PER_CARBON
            + jitter(noise, 0.002);
        BTreeMap::from([
            (parameter::TEMPERATURE.name.to_owned(), rounded(temperature, 1000.0)),
            (parameter::SALINITY.name.to_owned(), rounded(salinity, 1000.0)),
            (parameter::OXYGEN.name.to_owned(), rounded(oxygen, 10.0)),
            (parameter::PH.name.to_owned(), rounded(ph, 1000.0)),
        ])
    }
}

/// Temperature of the season at this latitude, with eddies, degC.
fn mean_temperature(climate: &Climate, position: Position, at: Timestamp) -> f64 {
    let season = climate.temperature_swing * (TAU * sun::season(at)).cos();
    climate.temperature + season - 0.4 * (position.latitude - climate.centre.latitude)
        + 0.3 * eddy(position, at)
}

/// Warming of this afternoon, degC: 0.1 to 0.5, by the weather of the day.
fn day_warming(climate: &Climate, position: Position, at: Timestamp) -> f64 {
    let calm = 0.5 + 0.5 * (TAU * sun::seconds(at) / (5.3 * 86_400.0) + climate.centre.longitude).sin();
    (0.1 + 0.4 * calm) * sun::warming(sun::solar_hour(at, position.longitude))
}

/// Practical salinity, with tide and eddies.
fn salinity(climate: &Climate, position: Position, at: Timestamp) -> f64 {
    climate.salinity + 0.02 * (TAU * sun::seconds(at) / TIDE_S).sin() + 0.08 * eddy(position, at)
}

/// Oxygen above saturation, as a fraction: biology adds oxygen until late afternoon and removes it at night.
fn oxygen_excess(climate: &Climate, position: Position, at: Timestamp) -> f64 {
    let hour = sun::solar_hour(at, position.longitude);
    climate.bloom * (0.6 + 0.7 * (TAU * (hour - 16.5) / 24.0).cos())
}

/// Slow structures that a buoy drifts through, -1 to 1.
fn eddy(position: Position, at: Timestamp) -> f64 {
    let drift = sun::seconds(at) / (9.0 * 86_400.0);
    let waves =
        (TAU * (position.latitude / 0.7 + drift)).sin() + (TAU * (position.longitude / 1.1 - drift)).cos();
    waves / 2.0
}

/// Triangular sensor noise of at most `width`.
fn jitter(noise: &mut ChaCha8Rng, width: f64) -> f64 {
    (noise.random::<f64>() - noise.random::<f64>()) * width
}

/// Rounds a value to the resolution of a sensor.
fn rounded(value: f64, per_unit: f64) -> f64 {
    (value * per_unit).round() / per_unit
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;

    use super::*;
    use crate::track::AREAS;

    fn measure(climate: &Climate, at: Timestamp, seed: u64) -> BTreeMap<String, f64> {
        Surface.measure(climate, climate.centre, at, &mut ChaCha8Rng::seed_from_u64(seed))
    }

    proptest! {
        #[test]
        fn values_are_in_the_range_of_the_open_sea(area in 0..AREAS.len(), second in 1_700_000_000_i64..1_900_000_000, seed in any::<u64>()) {
            let values = measure(&AREAS[area].climate, Timestamp::from_second(second).unwrap(), seed);
            let bounds = [
                (parameter::TEMPERATURE, 3.0, 30.0),
                (parameter::SALINITY, 33.0, 39.5),
                (parameter::OXYGEN, 180.0, 360.0),
                (parameter::PH, 7.9, 8.25),
            ];
            for (parameter, minimum, maximum) in bounds {
                let value = values[parameter.name];
                prop_assert!((minimum..=maximum).contains(&value), "{}: {value}", parameter.name);
            }
            let temperature = values[parameter::TEMPERATURE.name];
            let saturation = values[parameter::OXYGEN.name] / oxygen::saturation(temperature, values[parameter::SALINITY.name]);
            prop_assert!((0.95..1.10).contains(&saturation), "{saturation}");
        }
    }

    #[test]
    fn same_time_and_noise_return_the_same_values() {
        let at = "2026-06-01T12:00:00Z".parse().unwrap();
        assert_eq!(measure(&AREAS[0].climate, at, 7), measure(&AREAS[0].climate, at, 7));
        assert_ne!(measure(&AREAS[0].climate, at, 7), measure(&AREAS[0].climate, at, 8));
    }

    #[test]
    fn afternoons_have_higher_temperature_and_ph_than_nights() {
        let climate = &AREAS[0].climate;
        let mean = |hours: std::ops::Range<i64>, name: &str| {
            let samples: Vec<f64> = (0..200)
                .flat_map(|day| hours.clone().map(move |hour| day * 86_400 + hour * 3600))
                .map(|second| {
                    measure(climate, Timestamp::from_second(1_767_225_600 + second).unwrap(), 1)[name]
                })
                .collect();
            samples.iter().sum::<f64>() / f64::from(u32::try_from(samples.len()).unwrap())
        };
        for parameter in [parameter::TEMPERATURE, parameter::PH] {
            assert!(mean(15..18, parameter.name) > mean(3..6, parameter.name), "{}", parameter.name);
        }
    }
}
