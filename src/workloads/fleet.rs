//! The fleet: whether its container runs.

use serde::Serialize;

use super::Summary;
use crate::{docker::Docker, failure::Result};

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
}

/// Looks at the fleet's container called `name`, and at what arrived of its readings.
pub async fn fleet(
    docker: &Docker,
    name: &str,
    buoys: u16,
    summary: Option<&Summary>,
) -> Result<FleetHealth> {
    let container = docker.container(name).await?;
    let mut state = arrived(buoys, summary);
    if let Some(container) = container {
        state.running = container.running;
        state.container = container.status;
    }
    Ok(state)
}

/// What arrived; of the container nothing is known yet.
fn arrived(buoys: u16, summary: Option<&Summary>) -> FleetHealth {
    FleetHealth {
        buoys,
        latest_reading_at: summary.and_then(|summary| Some(summary.latest_observed_at?.to_string())),
        age_s: summary.and_then(Summary::age_s),
        ..FleetHealth::default()
    }
}
