//! The health of objects with replicas.

use serde_json::Value;

use super::{Health, NOT_OBSERVED, is_stale};
use crate::base::k8s::object::{Condition, condition, number, text};

pub(super) fn deployment(object: &Value) -> Health {
    if is_stale(object) {
        return Health::Waiting(NOT_OBSERVED.to_owned());
    }
    let wanted = replicas(object);
    let (updated, available, all) = (
        number(object, "/status/updatedReplicas"),
        number(object, "/status/availableReplicas"),
        number(object, "/status/replicas"),
    );
    if updated >= wanted && available >= wanted && all <= wanted {
        return Health::Ready;
    }
    // Says why no pod is created: a quota, Pod Security or a webhook refuses it.
    if let Some(refused) = replica_failure(object) {
        return Health::Waiting(refused.to_owned());
    }
    let current = available.min(updated);
    if current < wanted {
        return Health::Waiting(format!("{current} of {wanted} replicas available"));
    }
    Health::Waiting(format!("waits for the end of former replicas: {}", all - updated.min(wanted)))
}

/// Why the pods of a Deployment cannot be created; `None` if they can.
pub fn replica_failure(object: &Value) -> Option<&str> {
    condition(object, "ReplicaFailure").filter(Condition::is_true).map(|found| found.text())
}

pub(super) fn stateful_set(object: &Value) -> Health {
    let state = counted(object, replicas(object), "/status/readyReplicas", "replicas ready");
    let revision = |name: &str| text(object, &format!("/status/{name}Revision"));
    let by_itself = text(object, "/spec/updateStrategy/type") != Some("OnDelete")
        && number(object, "/spec/updateStrategy/rollingUpdate/partition") == 0;
    let replaces = by_itself && revision("update").is_some_and(|new| revision("current") != Some(new));
    if state == Health::Ready && replaces {
        return Health::Waiting("former replicas are still to be replaced".to_owned());
    }
    state
}

pub(super) fn daemon_set(object: &Value) -> Health {
    let wanted = number(object, "/status/desiredNumberScheduled");
    if is_stale(object) || wanted == 0 {
        return Health::Waiting("not yet on any node".to_owned());
    }
    counted(object, wanted, "/status/numberReady", "nodes ready")
}

fn replicas(object: &Value) -> i64 {
    object.pointer("/spec/replicas").and_then(Value::as_i64).unwrap_or(1)
}

fn counted(object: &Value, wanted: i64, ready: &str, unit: &str) -> Health {
    if is_stale(object) {
        return Health::Waiting(NOT_OBSERVED.to_owned());
    }
    let ready = number(object, ready);
    if ready >= wanted { Health::Ready } else { Health::Waiting(format!("{ready} of {wanted} {unit}")) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::k8s::health;

    #[test]
    fn deployment_is_ready_when_all_new_replicas_are_available() {
        let with =
            |status: Value| json!({"metadata": {"generation": 2}, "spec": {"replicas": 2}, "status": status});
        let ready =
            json!({"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2});
        assert_eq!(health("Deployment", &with(ready)), Health::Ready);
        let rolling =
            json!({"observedGeneration": 2, "replicas": 3, "updatedReplicas": 1, "availableReplicas": 2});
        assert_eq!(health("Deployment", &with(rolling)), Health::Waiting("1 of 2 replicas available".into()));
        let stale =
            json!({"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2});
        assert!(matches!(health("Deployment", &with(stale)), Health::Waiting(_)));
    }

    #[test]
    fn daemon_set_without_nodes_is_not_ready() {
        assert!(matches!(health("DaemonSet", &json!({"status": {}})), Health::Waiting(_)));
        let ready = json!({"status": {"desiredNumberScheduled": 1, "numberReady": 1}});
        assert_eq!(health("DaemonSet", &ready), Health::Ready);
    }

    #[test]
    fn a_refused_pod_is_the_state_of_its_deployment() {
        let refused = "pods \"backend-5d\" is forbidden: violates PodSecurity \"restricted:latest\"";
        let deployment = json!({"metadata": {"generation": 2}, "spec": {"replicas": 1}, "status": {
            "observedGeneration": 2, "replicas": 1, "availableReplicas": 1, "conditions": [
                {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": refused}]}});
        assert_eq!(health("Deployment", &deployment), Health::Waiting(refused.into()));
    }

    #[test]
    fn a_complete_number_is_never_a_problem() {
        let rolling = json!({"metadata": {"generation": 2}, "spec": {"replicas": 1}, "status": {
            "observedGeneration": 2, "replicas": 2, "updatedReplicas": 1, "availableReplicas": 2}});
        assert_eq!(
            health("Deployment", &rolling),
            Health::Waiting("waits for the end of former replicas: 1".into())
        );
        let stale = json!({"metadata": {"generation": 2}, "spec": {"replicas": 1},
            "status": {"observedGeneration": 1, "readyReplicas": 1}});
        assert_eq!(health("StatefulSet", &stale), Health::Waiting(NOT_OBSERVED.into()));
        let half = json!({"spec": {"replicas": 2}, "status": {"readyReplicas": 2, "currentRevision": "a",
            "updateRevision": "b"}});
        assert!(matches!(health("StatefulSet", &half), Health::Waiting(_)));
    }
}
