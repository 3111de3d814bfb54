//! Waits until the workloads are usable: credentials, API, readings.

use super::{PublicEndpoint, Summary, authority, enrolment_key};
use crate::base::{
    failure::Result,
    k8s::Client,
    wait::{Deadline, Observation, PAUSE, wait},
};

/// The age in seconds up to which a reading counts as recent.
const FRESH_S: f64 = 10.0;

/// The credentials with which buoys send readings.
#[derive(Clone)]
pub struct Credentials {
    /// The authority that signed the gateway's certificate, PEM.
    pub authority: Vec<u8>,
    /// The key that the tokens are derived from.
    pub enrolment_key: Vec<u8>,
}

/// Waits until the platform has created its authority and its enrolment key.
pub async fn wait_for_credentials(client: &Client, deadline: Deadline) -> Result<Credentials> {
    wait(deadline, PAUSE, "wait for the gateway's authority and the enrolment key", || async {
        let (authority, key) = tokio::try_join!(authority(client), enrolment_key(client))?;
        Ok(match (authority, key) {
            (Some(authority), Some(enrolment_key)) => {
                Observation::Ready(Credentials { authority, enrolment_key })
            }
            (None, _) => {
                Observation::Pending("Secret envoy-gateway-system/seasense-tls does not exist yet".to_owned())
            }
            (_, None) => {
                Observation::Pending("Secret seasense/fleet-enrolment does not exist yet".to_owned())
            }
        })
    })
    .await
}

/// Waits until the API answers through the gateway.
pub async fn wait_for_api(endpoint: &PublicEndpoint, deadline: Deadline) -> Result<Summary> {
    wait(deadline, PAUSE, "reach the API through the gateway", || async {
        let (health, summary) = endpoint.probe().await;
        Ok(match summary {
            Some(summary) => Observation::Ready(summary),
            None => Observation::Pending(health.message),
        })
    })
    .await
}

/// Waits until more than `before` readings are stored and the newest one is recent.
pub async fn wait_for_readings(
    endpoint: &PublicEndpoint,
    before: u64,
    deadline: Deadline,
) -> Result<Summary> {
    wait(deadline, PAUSE, "wait for readings", || async {
        let summary = endpoint.summary().await?;
        Ok(evaluate(summary, before))
    })
    .await
}

fn evaluate(summary: Summary, before: u64) -> Observation<Summary> {
    if summary.readings <= before {
        return Observation::Pending(format!(
            "{} readings are stored, not more than before",
            summary.readings
        ));
    }
    match summary.age_s() {
        Some(age) if age < FRESH_S => Observation::Ready(summary),
        Some(age) => Observation::Pending(format!("the newest reading is {age:.0} s old")),
        None => Observation::Pending("no reading is stored yet".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(readings: u64, observed: &str) -> Summary {
        serde_json::from_value(serde_json::json!({
            "readings": readings, "buoys": 1, "latest_observed_at": observed,
            "latest_received_at": observed, "server_time": "2026-01-01T00:01:00Z",
        }))
        .unwrap()
    }

    #[test]
    fn readings_flow_if_their_number_rises_and_the_newest_is_new() {
        let fresh = summary(5, "2026-01-01T00:00:55Z");
        assert_eq!(evaluate(fresh.clone(), 4), Observation::Ready(fresh.clone()));
        assert!(matches!(evaluate(fresh, 5), Observation::Pending(_)));
        assert!(
            matches!(evaluate(summary(9, "2026-01-01T00:00:00Z"), 4), Observation::Pending(text) if text.contains("60 s"))
        );
    }
}
