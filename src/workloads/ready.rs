//! Waiting until the workloads can be used, from the first secret to the first reading.

use super::{Public, Summary, authority, enrolment_key};
use crate::base::{
    failure::Result,
    k8s::Client,
    wait::{Deadline, Observation, PAUSE, wait},
};

/// A reading that is older than this is not "now"; seconds.
const FRESH_S: f64 = 10.0;

/// What a buoy needs before it can send.
#[derive(Clone)]
pub struct Credentials {
    /// The authority that signed the gateway's certificate, PEM.
    pub authority: Vec<u8>,
    /// The key that tokens are derived from.
    pub enrolment_key: Vec<u8>,
}

/// Waits until the platform has made its authority and its enrolment key.
pub async fn credentials(client: &Client, deadline: Deadline) -> Result<Credentials> {
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
pub async fn serving(public: &Public, deadline: Deadline) -> Result<Summary> {
    wait(deadline, PAUSE, "reach the API through the gateway", || async {
        let (health, summary) = public.probe().await;
        Ok(match summary {
            Some(summary) => Observation::Ready(summary),
            None => Observation::Pending(health.message),
        })
    })
    .await
}

/// Waits until more than `before` readings are stored and the newest one is from now.
pub async fn flowing(public: &Public, before: u64, deadline: Deadline) -> Result<Summary> {
    wait(deadline, PAUSE, "see readings arrive", || async {
        let summary = public.summary().await?;
        Ok(evaluate(summary, before))
    })
    .await
}

fn evaluate(summary: Summary, before: u64) -> Observation<Summary> {
    if summary.readings <= before {
        return Observation::Pending(format!(
            "{} readings are stored, no more than before",
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
    fn data_flows_when_there_is_more_of_it_and_it_is_fresh() {
        let fresh = summary(5, "2026-01-01T00:00:55Z");
        assert_eq!(evaluate(fresh.clone(), 4), Observation::Ready(fresh.clone()));
        assert!(matches!(evaluate(fresh, 5), Observation::Pending(_)));
        assert!(
            matches!(evaluate(summary(9, "2026-01-01T00:00:00Z"), 4), Observation::Pending(text) if text.contains("60 s"))
        );
    }
}
