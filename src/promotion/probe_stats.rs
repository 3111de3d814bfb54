//! The measurements of a promotion's probes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The measurements of the probe buoys and the HTTP probe through the gateway of an environment in one time
/// window.
///
/// Requests, failures and latency cover `since` (exclusive) to `until` (inclusive). `sent` and `stored` cover
/// the whole time since the probe buoys started. Reads do not reset anything, so any window can be read again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbeStats {
    /// Start of the window.
    pub since: Timestamp,
    /// End of the window; the next window starts here.
    pub until: Timestamp,
    /// Requests that ended in the window, with or without a response.
    pub requests: u64,
    /// Requests without a response, or with a status code of 500 or more.
    pub failed: u64,
    /// The 95th percentile of the response times in milliseconds; 0 without a response.
    pub p95_ms: f64,
    /// Age of the newest stored reading in seconds; `None` while none is stored.
    pub freshness_seconds: Option<f64>,
    /// Readings that the API has acknowledged, counted *before* `stored` was queried.
    pub sent: u64,
    /// The number of those that the API returns.
    pub stored: u64,
}

impl ProbeStats {
    /// Returns the number of acknowledged readings that are not stored. It must always be 0.
    pub const fn lost(&self) -> u64 {
        self.sent.saturating_sub(self.stored)
    }

    /// Returns the share of failed requests, 0 to 1; 0 without a request.
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than a float's digits")]
    pub fn error_rate(&self) -> f64 {
        if self.requests == 0 { 0.0 } else { self.failed as f64 / self.requests as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_stored_than_acknowledged_readings_are_not_a_loss() {
        let stats = ProbeStats { sent: 3, stored: 4, ..ProbeStats::default() };
        assert_eq!(stats.lost(), 0);
        assert_eq!(stats.error_rate().to_bits(), 0);
        assert_eq!(ProbeStats { sent: 4, stored: 3, ..stats }.lost(), 1);
    }
}
