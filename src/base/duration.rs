//! Formats durations for users.

use std::time::Duration;

/// Formats a duration: `0.4 s`, `12.3 s`, `3 min 07 s`, `1 h 02 min`.
pub fn text(value: Duration) -> String {
    let seconds = value.as_secs();
    match seconds {
        0..=59 => format!("{}.{} s", seconds, value.subsec_millis() / 100),
        60..=3599 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}
