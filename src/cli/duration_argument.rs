//! Durations on the command line: `90m`, `1h 30m`, `PT1H`.

use std::time::Duration;

use jiff::SignedDuration;

/// Parses a duration greater than zero.
pub fn parse(text: &str) -> Result<Duration, String> {
    let span: SignedDuration = text.parse().map_err(|error: jiff::Error| error.to_string())?;
    let span = Duration::try_from(span).map_err(|_| "must not be negative".to_owned())?;
    if span.is_zero() { Err("must be greater than zero".to_owned()) } else { Ok(span) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_parsed() {
        assert_eq!(parse("1h"), Ok(Duration::from_hours(1)));
        assert_eq!(parse("1h 30m"), Ok(Duration::from_mins(90)));
        assert_eq!(parse("90s"), Ok(Duration::from_secs(90)));
        for wrong in ["", "1", "-1h", "0s", "soon"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
