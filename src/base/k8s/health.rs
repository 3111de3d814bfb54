//! Evaluates the health of an object: one pure rule per kind, equivalent to the health checks of Flux.

mod replicas;

use serde_json::Value;

pub use replicas::replica_failure;
use replicas::{daemon_set, deployment, stateful_set};

use super::object::{self, Condition, condition, list, number, text};

const NOT_OBSERVED: &str = "not yet observed by its controller";

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

/// Kinds without a state: their objects are ready as soon as they exist.
const STATELESS: [&str; 14] = [
    "ClusterRole",
    "ClusterRoleBinding",
    "ConfigMap",
    "LimitRange",
    "MutatingWebhookConfiguration",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "Role",
    "RoleBinding",
    "Secret",
    "ServiceAccount",
    "StorageClass",
    "ValidatingWebhookConfiguration",
];

/// Whether objects of `kind` can be anything else than ready.
pub fn has_health(kind: &str) -> bool {
    !STATELESS.contains(&kind)
}

/// Evaluates an object of `kind`. An object of an unknown kind is ready unless it has a condition `Ready` or
/// `Stalled` that says otherwise.
pub fn health(kind: &str, object: &Value) -> Health {
    match kind {
        "Deployment" => deployment(object),
        "StatefulSet" => stateful_set(object),
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
        _ => by_standard_conditions(object),
    }
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
        phase => Health::Waiting(phase.unwrap_or(NOT_OBSERVED).to_owned()),
    }
}

/// A route must be accepted by every gateway, and every backend that it names must exist: requests to an
/// unresolved one are answered with 500.
fn route(object: &Value) -> Health {
    let (parents, generation) = (list(object, "/status/parents"), number(object, "/metadata/generation"));
    let is_old = |found: &Condition| found.observed_generation.is_some_and(|observed| observed < generation);
    if parents.is_empty() {
        return Health::Waiting("not accepted by its gateway".to_owned());
    }
    for (kind, missing) in
        [("Accepted", "not accepted by its gateway"), ("ResolvedRefs", "its backends are unknown")]
    {
        for parent in parents {
            let mut conditions = list(parent, "/conditions").iter();
            match conditions.find_map(|found| object::read_condition(found, kind)) {
                Some(found) if is_old(&found) => return Health::Waiting(NOT_OBSERVED.to_owned()),
                Some(found) if found.is_true() => {}
                Some(found) if found.status == "False" => return Health::Waiting(found.text().to_owned()),
                _ => return Health::Waiting(missing.to_owned()),
            }
        }
    }
    Health::Ready
}

fn by_condition(object: &Value, kind: &str) -> Health {
    match condition(object, kind) {
        None => Health::Waiting(format!("its controller has not set the condition `{kind}` yet")),
        Some(_) if is_stale(object) => Health::Waiting(NOT_OBSERVED.to_owned()),
        Some(found) if found.is_true() => Health::Ready,
        Some(found) => Health::Waiting(found.text().to_owned()),
    }
}

fn by_standard_conditions(object: &Value) -> Health {
    match condition(object, "Stalled").filter(Condition::is_true) {
        Some(stalled) => Health::Failed(stalled.text().to_owned()),
        None if condition(object, "Ready").is_some() => by_condition(object, "Ready"),
        None => Health::Ready,
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
    fn an_unknown_kind_is_judged_by_its_conditions() {
        let of = |kind: &str, status: &str| {
            health(
                "Widget",
                &json!({"status": {"conditions": [{"type": kind, "status": status, "message": "why"}]}}),
            )
        };
        assert_eq!(of("Ready", "False"), Health::Waiting("why".into()));
        assert_eq!(of("Stalled", "True"), Health::Failed("why".into()));
        assert_eq!([of("Ready", "True"), of("Other", "False")], [Health::Ready, Health::Ready]);
        assert!(!has_health("Secret") && has_health("Widget"));
    }

    #[test]
    fn route_needs_every_parent_and_every_backend() {
        let condition = |kind: &str, status: &str, message: &str| json!({"type": kind, "status": status, "message": message});
        let parent = |accepted: &str, resolved: &str| {
            json!({"conditions": [condition("Accepted", accepted, "not allowed here"),
                condition("ResolvedRefs", resolved, "Service seasense/gone not found")]})
        };
        let of = |parents: &[Value]| health("HTTPRoute", &json!({"status": {"parents": parents}}));
        assert_eq!(of(&[parent("True", "True")]), Health::Ready);
        assert_eq!(of(&[parent("False", "True")]), Health::Waiting("not allowed here".into()));
        let unresolved = of(&[parent("True", "True"), parent("True", "False")]);
        assert_eq!(unresolved, Health::Waiting("Service seasense/gone not found".into()));
        assert!(matches!(
            of(&[json!({"conditions": [condition("Accepted", "True", "")]})]),
            Health::Waiting(_)
        ));
        assert!(matches!(of(&[]), Health::Waiting(_)));
    }
}
