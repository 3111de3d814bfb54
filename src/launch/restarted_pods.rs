//! Waits until the pods of a restarted cluster have started again.
//!
//! A restarted cluster first reports the state from before the restart: every pod Ready, the database
//! healthy. Only a container that was started after the nodes shows that its pod runs.

use jiff::Timestamp;
use serde_json::Value;

use crate::base::{
    event::{Events, Step},
    failure::Result,
    k8s::{Client, Health, Selector, health, object, resource},
    wait::{Deadline, Observation, PAUSE, wait},
};

/// Waits until every pod is Ready with containers that were started after `started`, the restart of the nodes.
/// Without a restart, waits until every pod is Ready.
pub async fn wait_for_pods(
    client: &Client,
    started: Option<Timestamp>,
    deadline: Deadline,
    events: &Events,
) -> Result<()> {
    let step = Step::start(events, "launch.pods", "Wait for the restarted pods");
    wait(deadline, PAUSE, "wait until every pod runs again", || async {
        let pods = client.list(&resource::POD, None, &Selector::all()).await?;
        let look = evaluate(&pods, started);
        if let Observation::Pending(missing) = &look {
            step.progress(0, None, missing.clone());
        }
        Ok(look)
    })
    .await?;
    step.done("");
    Ok(())
}

fn evaluate(pods: &[Value], started: Option<Timestamp>) -> Observation<()> {
    // Kubernetes reports full seconds, so a start within the same second counts.
    let started = started.map(Timestamp::as_second);
    let expected: Vec<&Value> = pods.iter().filter(|pod| is_expected(pod)).collect();
    let missing_pods: Vec<String> = expected.iter().filter_map(|pod| missing(pod, started)).collect();
    match missing_pods.as_slice() {
        [] if expected.is_empty() => Observation::Pending("no pod exists yet".to_owned()),
        [] => Observation::Ready(()),
        [one] => Observation::Pending(one.clone()),
        [first, rest @ ..] => Observation::Pending(format!("{first}, and {} more", rest.len())),
    }
}

/// Whether a pod is expected to run: it has neither completed nor is it terminating.
fn is_expected(pod: &Value) -> bool {
    !matches!(object::text(pod, "/status/phase"), Some("Succeeded" | "Failed"))
        && object::text(pod, "/metadata/deletionTimestamp").is_none()
}

/// Describes what is missing until the pod has started again.
fn missing(pod: &Value, started: Option<i64>) -> Option<String> {
    let title = object::title("Pod", object::namespace(pod), object::name(pod));
    let state = health("Pod", pod);
    if state != Health::Ready {
        return Some(format!("{title}: {}", state.text()));
    }
    let started = started?;
    let is_old = |container: &Value| {
        let since = object::text(container, "/state/running/startedAt");
        let since = since.and_then(|since| since.parse::<Timestamp>().ok());
        since.is_none_or(|since| since.as_second() < started)
    };
    let containers = object::list(pod, "/status/containerStatuses");
    containers.iter().any(is_old).then(|| format!("{title}: not started again yet"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(name: &str, ready: &str, started: &str) -> Value {
        json!({"metadata": {"namespace": "seasense", "name": name}, "status": {"phase": "Running",
            "conditions": [{"type": "Ready", "status": ready, "message": "starting"}],
            "containerStatuses": [{"name": "main", "state": {"running": {"startedAt": started}}}]}})
    }

    #[test]
    fn ready_from_before_the_restart_does_not_count() {
        let started: Timestamp = "2026-11-21T10:00:00.7Z".parse().unwrap();
        let (before, same) = ("2026-11-21T09:00:00Z", "2026-11-21T10:00:00Z");
        let look = |pods: &[Value]| evaluate(pods, Some(started));
        assert_eq!(look(&[]), Observation::Pending("no pod exists yet".into()));
        assert_eq!(
            look(&[pod("a", "True", same), pod("b", "True", before)]),
            Observation::Pending("Pod seasense/b: not started again yet".into())
        );
        assert!(matches!(look(&[pod("a", "False", same)]), Observation::Pending(_)));
        assert_eq!(look(&[pod("a", "True", same)]), Observation::Ready(()));
        assert_eq!(evaluate(&[pod("a", "True", before)], None), Observation::Ready(()));
    }

    #[test]
    fn completed_and_terminating_pods_are_ignored() {
        let mut done = pod("job", "False", "2026-11-21T09:00:00Z");
        done["status"]["phase"] = json!("Succeeded");
        let mut leaving = pod("old", "False", "2026-11-21T09:00:00Z");
        leaving["metadata"]["deletionTimestamp"] = json!("2026-11-21T10:00:00Z");
        let fresh = pod("a", "True", "2026-11-21T10:00:01Z");
        assert_eq!(evaluate(&[done, leaving, fresh], Some(Timestamp::UNIX_EPOCH)), Observation::Ready(()));
    }
}
