//! Evaluates the health of an object: one pure rule per kind, equivalent to the health checks of Flux.

use serde_json::Value;

use super::object::{self, Condition, condition, list, number, text};

/// The state of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// It has its desired state.
    Ready,
    /// It is in progress; the text describes the missing part.
    Waiting(String),
    /// It has a terminal error; the text is the reason.
    Failed(String),
}

impl Health {
    /// What is missing or wrong; empty if it is ready.
    pub fn text(&self) -> &str {
        match self {
            Self::Ready => "",
            Self::Waiting(text) | Self::Failed(text) => text,
        }
    }
}

/// Evaluates an object of `kind`; kinds without a status are ready as soon as they exist.
pub fn health(kind: &str, object: &Value) -> Health {
    match kind {
        "Deployment" => deployment(object),
        "StatefulSet" => counted(object, "/spec/replicas", "/status/readyReplicas", "replicas ready"),
        "DaemonSet" => daemon_set(object),
        "Job" => job(object),
        "Pod" => pod(object),
        "PersistentVolumeClaim" => phase(object, "Bound"),
        "Gateway" => by_condition(object, "Programmed"),
        "GatewayClass" => by_condition(object, "Accepted"),
        "HTTPRoute" => route(object),
        "CustomResourceDefinition" => by_condition(object, "Established"),
        // `Cluster` is that of `postgresql.cnpg.io`; seasense uses no other kind of this name.
        "Cluster" | "Certificate" | "Issuer" | "ClusterIssuer" | "Node" | "Kustomization"
        | "OCIRepository" => by_condition(object, "Ready"),
        _ => Health::Ready,
    }
}

fn deployment(object: &Value) -> Health {
    if is_stale(object) {
        return Health::Waiting("not yet observed by its controller".to_owned());
    }
    let wanted = object.pointer("/spec/replicas").and_then(Value::as_i64).unwrap_or(1);
    let (updated, available, all) = (
        number(object, "/status/updatedReplicas"),
        number(object, "/status/availableReplicas"),
        number(object, "/status/replicas"),
    );
    if updated >= wanted && available >= wanted && all <= wanted {
        return Health::Ready;
    }
    Health::Waiting(format!("{} of {wanted} replicas available", available.min(updated)))
}

fn daemon_set(object: &Value) -> Health {
    if is_stale(object) || number(object, "/status/desiredNumberScheduled") == 0 {
        return Health::Waiting("not yet on any node".to_owned());
    }
    counted(object, "/status/desiredNumberScheduled", "/status/numberReady", "nodes ready")
}

fn counted(object: &Value, wanted: &str, ready: &str, unit: &str) -> Health {
    let (wanted, ready) = (number(object, wanted), number(object, ready));
    if ready >= wanted && !is_stale(object) {
        return Health::Ready;
    }
    Health::Waiting(format!("{ready} of {wanted} {unit}"))
}

fn job(object: &Value) -> Health {
    if let Some(failed) = condition(object, "Failed").filter(Condition::is_true) {
        return Health::Failed(failed.text().to_owned());
    }
    if condition(object, "Complete").is_some_and(|complete| complete.is_true()) {
        return Health::Ready;
    }
    Health::Waiting(format!("running, {} failed attempts", number(object, "/status/failed")))
}

fn pod(object: &Value) -> Health {
    if text(object, "/status/phase") == Some("Succeeded") {
        return Health::Ready;
    }
    by_condition(object, "Ready")
}

fn phase(object: &Value, wanted: &str) -> Health {
    match text(object, "/status/phase") {
        Some(phase) if phase == wanted => Health::Ready,
        phase => Health::Waiting(phase.unwrap_or("not yet observed by its controller").to_owned()),
    }
}

fn route(object: &Value) -> Health {
    let parents = list(object, "/status/parents");
    let accepted = |parent: &Value| {
        list(parent, "/conditions")
            .iter()
            .filter_map(|found| object::read_condition(found, "Accepted"))
            .any(|condition| condition.is_true())
    };
    if !parents.is_empty() && parents.iter().all(accepted) {
        return Health::Ready;
    }
    Health::Waiting("not accepted by its gateway".to_owned())
}

fn by_condition(object: &Value, kind: &str) -> Health {
    match condition(object, kind) {
        None => Health::Waiting(format!("its controller has not set the condition `{kind}` yet")),
        Some(_) if is_stale(object) => Health::Waiting("not yet observed by its controller".to_owned()),
        Some(found) if found.is_true() => Health::Ready,
        Some(found) => Health::Waiting(found.text().to_owned()),
    }
}

/// Whether the status belongs to an older generation.
fn is_stale(object: &Value) -> bool {
    object
        .pointer("/status/observedGeneration")
        .and_then(Value::as_i64)
        .is_some_and(|observed| observed < number(object, "/metadata/generation"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
    fn custom_resource_without_conditions_is_not_ready() {
        for kind in ["Cluster", "Gateway", "Certificate", "ClusterIssuer", "Kustomization"] {
            assert!(matches!(health(kind, &json!({"metadata": {}})), Health::Waiting(_)), "{kind}");
        }
        let programmed = json!({"status": {"conditions": [{"type": "Programmed", "status": "True"}]}});
        assert_eq!(health("Gateway", &programmed), Health::Ready);
    }

    #[test]
    fn failed_job_is_terminal() {
        let failed = json!({"status": {"conditions": [
            {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "has reached the limit"}]}});
        assert_eq!(health("Job", &failed), Health::Failed("has reached the limit".into()));
        assert!(matches!(health("Job", &json!({"status": {"failed": 1}})), Health::Waiting(_)));
    }

    #[test]
    fn daemon_set_without_nodes_is_not_ready() {
        assert!(matches!(health("DaemonSet", &json!({"status": {}})), Health::Waiting(_)));
        let ready = json!({"status": {"desiredNumberScheduled": 1, "numberReady": 1}});
        assert_eq!(health("DaemonSet", &ready), Health::Ready);
    }

    #[test]
    fn route_must_be_accepted_by_every_parent() {
        let parent = |status: &str| json!({"conditions": [{"type": "Accepted", "status": status}]});
        assert_eq!(health("HTTPRoute", &json!({"status": {"parents": [parent("True")]}})), Health::Ready);
        assert!(matches!(
            health("HTTPRoute", &json!({"status": {"parents": [parent("False")]}})),
            Health::Waiting(_)
        ));
        assert!(matches!(health("HTTPRoute", &json!({})), Health::Waiting(_)));
    }
}
