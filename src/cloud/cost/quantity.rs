//! Parses Kubernetes quantities to thousandths of a core and MiB.

/// Parses `50m`, `0.5`, `2` to thousandths of a core, rounded up.
pub(super) fn cpu_milli(text: &str) -> Option<u64> {
    match text.strip_suffix('m') {
        Some(milli) => milli.parse().ok(),
        None => whole(text.parse::<f64>().ok()? * 1000.0),
    }
}

/// Parses `96Mi`, `1Gi`, `200M` or bytes to MiB, rounded up.
pub(super) fn memory_mib(text: &str) -> Option<u64> {
    const UNITS: [(&str, f64); 8] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
    ];
    let unit = UNITS.iter().find_map(|(unit, size)| Some((text.strip_suffix(unit)?, *size)));
    let (number, size) = unit.unwrap_or((text, 1.0));
    whole(number.parse::<f64>().ok()? * size / 1_048_576.0)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
fn whole(number: f64) -> Option<u64> {
    (number.is_finite() && (0.0..1e15).contains(&number)).then(|| number.ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kubernetes_quantities_are_parsed() {
        let cores = ["50m", "0.5", "2", "1e-1"].map(cpu_milli);
        assert_eq!(cores, [Some(50), Some(500), Some(2000), Some(100)]);
        let memory = ["96Mi", "1Gi", "1048577", "200M", "2Ti"].map(memory_mib);
        assert_eq!(memory, [Some(96), Some(1024), Some(2), Some(191), Some(2_097_152)]);
        for wrong in ["", "x", "-1", "NaN", "1Xi"] {
            assert_eq!(cpu_milli(wrong), None, "{wrong}");
            assert_eq!(memory_mib(wrong), None, "{wrong}");
        }
    }
}
