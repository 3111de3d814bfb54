//! Waiting until what runs has really started again.
//!
//! A cluster that wakes still tells the state in which it fell asleep: every pod Ready, the database healthy. Only a
//! container that was started after the nodes were is a sign of life.

use jiff::Timestamp;
use serde_json::Value;

use crate::base::{
    event::{Events, Step},
    failure::Result,
    k8s::{Client, Health, Selector, health, object, resource},
    wait::{Deadline, Observation, PAUSE, wait},
};

/// Waits until every pod is Ready with containers that were started after `started`; where nothing was started, until
/// every pod is Ready.
pub async fn awake(
    client: &Client,
    started: Option<Timestamp>,
    deadline: Deadline,
    events: &Events,
) -> Result<()> {
    let step = Step::start(events, "upkeep.awake", "Wait until every pod runs again");
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
    // Kubernetes tells full seconds: what started within the same one counts.
    let started = started.map(Timestamp::as_second);
    let lasting: Vec<&Value> = pods.iter().filter(|pod| lasts(pod)).collect();
    let asleep: Vec<String> = lasting.iter().filter_map(|pod| asleep(pod, started)).collect();
    match asleep.as_slice() {
        [] if lasting.is_empty() => Observation::Pending("there is no pod yet".to_owned()),
        [] => Observation::Ready(()),
        [one] => Observation::Pending(one.clone()),
        [first, rest @ ..] => Observation::Pending(format!("{first}, and {} more", rest.len())),
    }
}

/// Whether a pod is meant to run on: neither done nor on its way out.
fn lasts(pod: &Value) -> bool {
    !matches!(object::text(pod, "/status/phase"), Some("Succeeded" | "Failed"))
        && object::text(pod, "/metadata/deletionTimestamp").is_none()
}

/// What is missing for a pod to be awake.
fn asleep(pod: &Value, started: Option<i64>) -> Option<String> {
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
    fn ready_from_before_the_sleep_is_not_awake() {
        let started: Timestamp = "2026-11-21T10:00:00.7Z".parse().unwrap();
        let (before, same) = ("2026-11-21T09:00:00Z", "2026-11-21T10:00:00Z");
        let seen = |pods: &[Value]| evaluate(pods, Some(started));
        assert_eq!(seen(&[]), Observation::Pending("there is no pod yet".into()));
        assert_eq!(
            seen(&[pod("a", "True", same), pod("b", "True", before)]),
            Observation::Pending("Pod seasense/b: not started again yet".into())
        );
        assert!(matches!(seen(&[pod("a", "False", same)]), Observation::Pending(_)));
        assert_eq!(seen(&[pod("a", "True", same)]), Observation::Ready(()));
        assert_eq!(evaluate(&[pod("a", "True", before)], None), Observation::Ready(()));
    }

    #[test]
    fn what_is_done_or_on_its_way_out_is_not_waited_for() {
        let mut done = pod("job", "False", "2026-11-21T09:00:00Z");
        done["status"]["phase"] = json!("Succeeded");
        let mut leaving = pod("old", "False", "2026-11-21T09:00:00Z");
        leaving["metadata"]["deletionTimestamp"] = json!("2026-11-21T10:00:00Z");
        let fresh = pod("a", "True", "2026-11-21T10:00:01Z");
        assert_eq!(evaluate(&[done, leaving, fresh], Some(Timestamp::UNIX_EPOCH)), Observation::Ready(()));
    }
}
