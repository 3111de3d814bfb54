//! The fleet: the state of its container, the counters of its buoys, and its stored readings.

use std::time::Duration;

use serde::Serialize;

use super::Summary;
use crate::base::{
    docker::{Container, Docker},
    failure::{Context, Kind, Result},
    http::client_for_url,
    k8s::tls,
};

const ANSWER_LIMIT: Duration = Duration::from_secs(1);

/// The state of the fleet.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FleetHealth {
    /// Buoys of the environment.
    pub buoys: u16,
    /// Whether the fleet's container runs.
    pub running: bool,
    /// When the newest reading was measured, RFC 3339.
    pub latest_reading_at: Option<String>,
    /// Its age in seconds, by the server's clock; at least the time since the last reading arrived.
    pub age_s: Option<f64>,
    /// The container's state as the daemon describes it; empty if there is no container.
    pub container: String,
    /// Stored readings in total, as the API counts them.
    pub stored: Option<u64>,
    /// The server's time of that count, RFC 3339; two counts determine a rate.
    pub counted_at: Option<String>,
    /// The counters of the buoys; absent if they cannot be read.
    pub counts: Option<FleetCounts>,
}

/// The counters of the buoys, in readings: totals since their container started. Reading them does not reset
/// them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FleetCounts {
    /// Measured.
    pub measured: u64,
    /// Acknowledged by the platform, as new or as a duplicate.
    pub acknowledged: u64,
    /// Rejected by the platform.
    pub rejected: u64,
    /// Dropped because a buoy's memory was full.
    pub dropped: u64,
    /// Measured and not acknowledged yet, at this moment.
    pub waiting: u64,
    /// Batches, not readings, that were not acknowledged and are sent again.
    pub failed_batches: u64,
}

/// Reads the state of the fleet's container `name`, its counters on the port `metrics`, and its stored
/// readings.
pub async fn fleet(
    docker: &Docker,
    (name, metrics): (&str, u16),
    buoys: u16,
    summary: Option<&Summary>,
) -> Result<FleetHealth> {
    let container = docker.container(name).await?;
    let mut state = fleet_from_summary(buoys, summary);
    if let Some(container) = container {
        // The counters are additional information: a fleet whose counters cannot be read may still send
        // readings.
        state.counts = match published(&container, metrics) {
            Some(port) if container.running => counts(port).await.ok(),
            _ => None,
        };
        state.running = container.running;
        state.container = container.status;
    }
    Ok(state)
}

/// The state of a fleet from the API's summary; the state of its container is not known.
pub fn fleet_from_summary(buoys: u16, summary: Option<&Summary>) -> FleetHealth {
    FleetHealth {
        buoys,
        latest_reading_at: summary.and_then(|summary| Some(summary.latest_observed_at?.to_string())),
        age_s: summary.and_then(Summary::age_s),
        stored: summary.map(|summary| summary.readings),
        counted_at: summary.map(|summary| summary.server_time.to_string()),
        ..FleetHealth::default()
    }
}

fn published(container: &Container, port: u16) -> Option<u16> {
    container.ports.iter().find(|published| published.container == port).map(|published| published.host)
}

async fn counts(port: u16) -> Result<FleetCounts> {
    let what = "read the counters of the fleet";
    tls::install();
    let url = format!("http://127.0.0.1:{port}/metrics");
    let http = client_for_url(&url).timeout(ANSWER_LIMIT).build();
    let http = http.context(Kind::Workload, what)?;
    let answer = http.get(url).send().await;
    let answer = answer.and_then(reqwest::Response::error_for_status).context(Kind::Workload, what)?;
    Ok(read(&answer.text().await.context(Kind::Workload, what)?))
}

/// Parses the fleet's metrics in the text format of `OpenMetrics`; a missing counter is 0.
fn read(page: &str) -> FleetCounts {
    let value = |name: &str| {
        let mut lines = page.lines().filter_map(|line| line.strip_prefix("seasense_fleet_")?.split_once(' '));
        lines.find_map(|(found, value)| (found == name).then(|| value.parse().ok()).flatten()).unwrap_or(0)
    };
    FleetCounts {
        measured: value("readings_measured_total"),
        acknowledged: value("readings_accepted_total") + value("readings_duplicate_total"),
        rejected: value("readings_rejected_total"),
        dropped: value("readings_dropped_total"),
        waiting: value("readings_waiting"),
        failed_batches: value("send_failures_total"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_of_the_fleet_are_parsed() {
        let page = "# HELP seasense_fleet_readings_measured Readings taken.\n\
            # TYPE seasense_fleet_readings_measured counter\nseasense_fleet_readings_measured_total 120\n\
            seasense_fleet_readings_accepted_total 100\nseasense_fleet_readings_duplicate_total 7\n\
            seasense_fleet_readings_waiting 13\nseasense_fleet_send_failures_total 2\n# EOF\n";
        let read = read(page);
        let expected = FleetCounts {
            measured: 120,
            acknowledged: 107,
            waiting: 13,
            failed_batches: 2,
            ..FleetCounts::default()
        };
        assert_eq!(read, expected);
    }

    #[tokio::test]
    async fn unreachable_metrics_are_an_error_of_the_counters_only() {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        assert!(counts(port).await.is_err());
    }
}
