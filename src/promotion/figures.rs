//! What a canary fleet counted.

use serde::{Deserialize, Serialize};

/// What the canary buoys counted through the real gateway of an environment.
///
/// Requests, failures, times and freshness tell of the time since the figures were last asked for; `sent` and `stored`
/// of the canary's whole life.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbeStats {
    /// Requests that were answered, or given up.
    pub requests: u64,
    /// Those that were given up, or answered with a code of 500 or more.
    pub failed: u64,
    /// 95 of 100 answers came within this many milliseconds; 0 without a request.
    pub p95_ms: f64,
    /// Age of the newest stored reading in seconds; `None` while none is stored.
    pub freshness_seconds: Option<f64>,
    /// Readings that the API has acknowledged, counted *before* `stored` was asked for.
    pub sent: u64,
    /// How many of the canary's readings the database holds.
    pub stored: u64,
}

impl ProbeStats {
    /// Acknowledged readings that are not in the database: there must never be one.
    pub const fn lost(&self) -> u64 {
        self.sent.saturating_sub(self.stored)
    }

    /// The share of failed requests, 0 to 1; 0 without a request.
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than a float's digits")]
    pub fn error_rate(&self) -> f64 {
        if self.requests == 0 { 0.0 } else { self.failed as f64 / self.requests as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_beyond_what_was_acknowledged_is_no_loss() {
        let figures = ProbeStats { sent: 3, stored: 4, ..ProbeStats::default() };
        assert_eq!((figures.lost(), figures.error_rate().to_bits()), (0, 0));
        assert_eq!(ProbeStats { sent: 4, stored: 3, ..figures }.lost(), 1);
    }
}
