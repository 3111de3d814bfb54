//! Oxygen saturation of sea water: Garcia & Gordon 1992 (erratum 1993), Benson & Krause 1984 fit, in umol/kg.

const A: [f64; 6] = [5.80871, 3.20291, 4.17887, 5.10006, -9.866_43e-2, 3.80369];
const B: [f64; 4] = [-7.015_77e-3, -7.700_28e-3, -1.138_64e-2, -9.515_19e-3];
const C: f64 = -2.759_15e-7;

/// Scale from ITS-90, which sensors report, to IPTS-68, which the fit uses.
const ITS_90_TO_IPTS_68: f64 = 1.00024;

/// Oxygen in water of this temperature (degC, ITS-90) and practical salinity in equilibrium with air, umol/kg.
///
/// The fit is valid for 0 to 40 degC and salinities of 0 to 42.
pub fn saturation(temperature: f64, salinity: f64) -> f64 {
    fitted(temperature * ITS_90_TO_IPTS_68, salinity)
}

fn fitted(temperature_68: f64, salinity: f64) -> f64 {
    let scaled = ((298.15 - temperature_68) / (273.15 + temperature_68)).ln();
    let logarithm = polynomial(&A, scaled) + salinity * polynomial(&B, scaled) + C * salinity * salinity;
    logarithm.exp()
}

/// Evaluates the polynomial with these coefficients, lowest power first.
fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum.mul_add(x, *coefficient))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Vectors of the TEOS-10 toolbox (`gsw_O2sol_SP_pt`): salinity, temperature, umol/kg.
    const TEOS_10: [(f64, f64, f64); 6] = [
        (34.7118, 28.8099, 194.682_543_169_294),
        (34.8915, 28.4392, 195.613_506_281_443_8),
        (35.0256, 22.7862, 214.655_936_023_401_4),
        (34.8472, 10.2262, 273.565_283_269_871_3),
        (34.7366, 6.8272, 295.158_076_141_590_3),
        (34.7324, 4.3236, 312.959_871_663_140_8),
    ];

    #[test]
    fn agrees_with_the_teos_10_toolbox() {
        for (salinity, temperature, expected) in TEOS_10 {
            let found = saturation(temperature, salinity);
            assert!((found - expected).abs() < 1e-9, "{salinity} {temperature}: {found}, not {expected}");
        }
    }

    #[test]
    fn agrees_with_the_check_value_of_the_paper() {
        // The paper's temperature is on the older scale.
        assert!((fitted(10.0, 35.0) - 274.610).abs() < 5e-4);
    }

    #[test]
    fn agrees_with_the_table_at_salinity_35() {
        let table =
            [(0.0, 347.90), (5.0, 307.35), (10.0, 274.60), (15.0, 247.78), (20.0, 225.52), (25.0, 206.77)];
        for (temperature, expected) in table {
            assert!((saturation(temperature, 35.0) - expected).abs() < 0.006, "{temperature}");
        }
    }

    proptest! {
        #[test]
        fn saturation_decreases_with_temperature_and_salinity(t in 0.0..39.0_f64, s in 0.0..41.0_f64) {
            prop_assert!(saturation(t + 1.0, s) < saturation(t, s));
            prop_assert!(saturation(t, s + 1.0) < saturation(t, s));
        }
    }
}
