//! The fleet: whether its container runs, what it sends, and what of that arrives.

use std::time::Duration;

use serde::Serialize;

use super::Summary;
use crate::base::{
    docker::{Container, Docker},
    failure::{Context, Kind, Result},
    k8s::tls,
};

const ANSWER_LIMIT: Duration = Duration::from_secs(1);

/// The state of the fleet.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FleetHealth {
    /// Buoys that the environment asks for.
    pub buoys: u16,
    /// Whether the fleet's container runs.
    pub running: bool,
    /// When the newest reading was measured, RFC 3339.
    pub latest_reading_at: Option<String>,
    /// Its age in seconds, by the server's clock.
    pub age_s: Option<f64>,
    /// What the container daemon says of the container; empty where there is none.
    pub container: String,
    /// Readings that are stored, as the API counts them.
    pub stored: Option<u64>,
    /// The server's clock when it counted them, RFC 3339: two looks give a rate.
    pub counted_at: Option<String>,
    /// What the buoys count themselves; absent where they cannot be asked.
    pub counts: Option<FleetCounts>,
}

/// What the buoys count since their container started, in readings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FleetCounts {
    /// Taken.
    pub measured: u64,
    /// Acknowledged by the platform, as new or as known.
    pub acknowledged: u64,
    /// Refused by the platform.
    pub rejected: u64,
    /// Given up because a buoy's memory was full.
    pub dropped: u64,
    /// Taken and not acknowledged yet.
    pub waiting: u64,
    /// Batches, not readings, that got no acknowledgement and are sent again.
    pub failures: u64,
}

/// Looks at the fleet's container called `name`, which counts on its port `metrics`, and at what arrived of its readings.
pub async fn fleet(
    docker: &Docker,
    (name, metrics): (&str, u16),
    buoys: u16,
    summary: Option<&Summary>,
) -> Result<FleetHealth> {
    let container = docker.container(name).await?;
    let mut state = arrived(buoys, summary);
    if let Some(container) = container {
        // A fleet that cannot be asked still sails: what it counts is a help, not a need.
        state.counts = match published(&container, metrics) {
            Some(port) if container.running => counts(port).await.ok(),
            _ => None,
        };
        state.running = container.running;
        state.container = container.status;
    }
    Ok(state)
}

/// What arrived, as the API tells it; of the container nothing is known.
pub fn arrived(buoys: u16, summary: Option<&Summary>) -> FleetHealth {
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
    let what = "ask the fleet what it counts";
    tls::install();
    let http = reqwest::Client::builder().no_proxy().timeout(ANSWER_LIMIT).build();
    let http = http.context(Kind::Workload, what)?;
    let answer = http.get(format!("http://127.0.0.1:{port}/metrics")).send().await;
    let answer = answer.and_then(reqwest::Response::error_for_status).context(Kind::Workload, what)?;
    Ok(read(&answer.text().await.context(Kind::Workload, what)?))
}

/// Reads the fleet's page in the text format of `OpenMetrics`; what is not on it counts as 0.
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
        failures: value("send_failures_total"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fleets_page_is_read() {
        let page = "# HELP seasense_fleet_readings_measured Readings taken.\n\
            # TYPE seasense_fleet_readings_measured counter\nseasense_fleet_readings_measured_total 120\n\
            seasense_fleet_readings_accepted_total 100\nseasense_fleet_readings_duplicate_total 7\n\
            seasense_fleet_readings_waiting 13\nseasense_fleet_send_failures_total 2\n# EOF\n";
        let read = read(page);
        assert_eq!((read.measured, read.acknowledged, read.waiting, read.failures), (120, 107, 13, 2));
        assert_eq!((read.rejected, read.dropped), (0, 0));
    }

    #[tokio::test]
    async fn a_fleet_that_does_not_answer_is_no_error() {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        assert!(counts(port).await.is_err());
    }
}
