//! The kinds of Kubernetes itself: which there are, and what their types refuse. Pure.

use k8s_openapi::api::{
    admissionregistration::v1 as admission, apps::v1 as apps, autoscaling::v2 as autoscaling,
    batch::v1 as batch, core::v1 as core, networking::v1 as networking, policy::v1 as policy,
    rbac::v1 as rbac, scheduling::v1 as scheduling, storage::v1 as storage,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// The groups that the API server serves, with their kinds that can be applied.
const KINDS: [(&str, &[&str]); 19] = [
    (
        "",
        &[
            "ConfigMap",
            "Endpoints",
            "Event",
            "LimitRange",
            "List",
            "Namespace",
            "Node",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "Pod",
            "PodTemplate",
            "ReplicationController",
            "ResourceQuota",
            "Secret",
            "Service",
            "ServiceAccount",
        ],
    ),
    (
        "admissionregistration.k8s.io",
        &[
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        ],
    ),
    ("apiextensions.k8s.io", &["CustomResourceDefinition"]),
    ("apiregistration.k8s.io", &["APIService"]),
    ("apps", &["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"]),
    ("authentication.k8s.io", &["TokenReview"]),
    ("authorization.k8s.io", &["SubjectAccessReview"]),
    ("autoscaling", &["HorizontalPodAutoscaler", "Scale"]),
    ("batch", &["CronJob", "Job"]),
    ("certificates.k8s.io", &["CertificateSigningRequest", "ClusterTrustBundle", "PodCertificateRequest"]),
    ("coordination.k8s.io", &["Lease", "LeaseCandidate"]),
    ("discovery.k8s.io", &["EndpointSlice"]),
    ("events.k8s.io", &["Event"]),
    ("flowcontrol.apiserver.k8s.io", &["FlowSchema", "PriorityLevelConfiguration"]),
    ("networking.k8s.io", &["IPAddress", "Ingress", "IngressClass", "NetworkPolicy", "ServiceCIDR"]),
    ("policy", &["Eviction", "PodDisruptionBudget"]),
    ("rbac.authorization.k8s.io", &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]),
    ("scheduling.k8s.io", &["PriorityClass"]),
    (
        "storage.k8s.io",
        &[
            "CSIDriver",
            "CSINode",
            "CSIStorageCapacity",
            "StorageClass",
            "VolumeAttachment",
            "VolumeAttributesClass",
        ],
    ),
];

/// Whether `group` belongs to Kubernetes.
pub fn has_group(group: &str) -> bool {
    KINDS.iter().any(|(own, _)| *own == group)
}

/// The kinds of `group`; none if it does not belong to Kubernetes.
pub fn kinds(group: &str) -> &'static [&'static str] {
    KINDS.iter().find(|(own, _)| *own == group).map_or(&[], |(_, kinds)| kinds)
}

/// Whether `group` has the kind.
pub fn has_kind(group: &str, kind: &str) -> bool {
    kinds(group).contains(&kind)
}

/// Returns what the API server would refuse in `object`: the path of the field and the reason.
///
/// Kinds that hardly any manifest uses are not checked.
pub fn errors(group: &str, version: &str, object: &Value) -> Vec<(String, String)> {
    let kind = object["kind"].as_str().unwrap_or_default();
    let check = match (group, version, kind) {
        ("", "v1", "ConfigMap") => decode::<core::ConfigMap>,
        ("", "v1", "Namespace") => decode::<core::Namespace>,
        ("", "v1", "PersistentVolumeClaim") => decode::<core::PersistentVolumeClaim>,
        ("", "v1", "Pod") => decode::<core::Pod>,
        ("", "v1", "ResourceQuota") => decode::<core::ResourceQuota>,
        ("", "v1", "Secret") => decode::<core::Secret>,
        ("", "v1", "Service") => decode::<core::Service>,
        ("", "v1", "ServiceAccount") => decode::<core::ServiceAccount>,
        ("admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicy") => {
            decode::<admission::ValidatingAdmissionPolicy>
        }
        ("apps", "v1", "DaemonSet") => decode::<apps::DaemonSet>,
        ("apps", "v1", "Deployment") => decode::<apps::Deployment>,
        ("apps", "v1", "StatefulSet") => decode::<apps::StatefulSet>,
        ("autoscaling", "v2", "HorizontalPodAutoscaler") => decode::<autoscaling::HorizontalPodAutoscaler>,
        ("batch", "v1", "CronJob") => decode::<batch::CronJob>,
        ("batch", "v1", "Job") => decode::<batch::Job>,
        ("networking.k8s.io", "v1", "Ingress") => decode::<networking::Ingress>,
        ("networking.k8s.io", "v1", "NetworkPolicy") => decode::<networking::NetworkPolicy>,
        ("policy", "v1", "PodDisruptionBudget") => decode::<policy::PodDisruptionBudget>,
        ("rbac.authorization.k8s.io", "v1", "ClusterRole") => decode::<rbac::ClusterRole>,
        ("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding") => decode::<rbac::ClusterRoleBinding>,
        ("rbac.authorization.k8s.io", "v1", "Role") => decode::<rbac::Role>,
        ("rbac.authorization.k8s.io", "v1", "RoleBinding") => decode::<rbac::RoleBinding>,
        ("scheduling.k8s.io", "v1", "PriorityClass") => decode::<scheduling::PriorityClass>,
        ("storage.k8s.io", "v1", "StorageClass") => decode::<storage::StorageClass>,
        _ => return Vec::new(),
    };
    let mut object = object.clone();
    if kind == "Secret"
        && let Some(fields) = object.as_object_mut()
    {
        // Flux decrypts the values and removes what SOPS adds; encrypted values are no base64.
        fields.retain(|field, _| !matches!(field.as_str(), "sops" | "data"));
    }
    check(&object)
}

/// Decodes `object` as `T`. A field that is lost on the way does not exist in `T`.
fn decode<T: DeserializeOwned + Serialize>(object: &Value) -> Vec<(String, String)> {
    let typed: T = match serde_path_to_error::deserialize(object) {
        Ok(typed) => typed,
        Err(error) => {
            let path = error.path().to_string();
            return vec![(if path == "." { String::new() } else { path }, error.into_inner().to_string())];
        }
    };
    let mut lost = Vec::new();
    match serde_json::to_value(typed) {
        Ok(kept) => lost_fields(object, &kept, "", &mut lost),
        Err(error) => lost.push((String::new(), error.to_string())),
    }
    lost
}

fn lost_fields(before: &Value, after: &Value, path: &str, lost: &mut Vec<(String, String)>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (name, value) in before.iter().filter(|(_, value)| !value.is_null()) {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                match after.get(name) {
                    Some(kept) => lost_fields(value, kept, &path, lost),
                    None if is_empty(value) => (),
                    None => lost.push((path, "there is no such field".to_owned())),
                }
            }
        }
        (Value::Array(before), Value::Array(after)) => {
            for (at, (before, after)) in before.iter().zip(after).enumerate() {
                lost_fields(before, after, &format!("{path}[{at}]"), lost);
            }
        }
        _ => (),
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(serde_json::Map::is_empty) || value.as_array().is_some_and(Vec::is_empty)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of_deployment(container: &Value) -> Vec<(String, String)> {
        let template = json!({"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [container]}});
        let spec = json!({"selector": {"matchLabels": {"a": "b"}}, "template": template});
        let object =
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": spec});
        errors("apps", "v1", &object)
    }

    #[test]
    fn a_number_in_place_of_a_string_is_refused() {
        assert_eq!(of_deployment(&json!({"name": "c", "env": [{"name": "N", "value": "3"}]})), []);
        let found = of_deployment(&json!({"name": "c", "env": [{"name": "N", "value": 3}]}));
        assert_eq!(found[0].0, "spec.template.spec.containers[0].env[0].value");
        assert!(found[0].1.contains("integer `3`"), "{found:?}");
    }

    #[test]
    fn a_field_that_does_not_exist_is_refused() {
        let found = of_deployment(&json!({"name": "c", "envs": [1], "resources": {"limts": {"cpu": "1"}}}));
        let paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
        let container = "spec.template.spec.containers[0]";
        assert_eq!(paths, [format!("{container}.envs"), format!("{container}.resources.limts")]);
    }

    #[test]
    fn quantities_and_ports_keep_both_forms() {
        let container = json!({"name": "c", "resources": {"limits": {"cpu": "1"}}, "livenessProbe": {"httpGet": {"port": "http"}}});
        assert_eq!(of_deployment(&container), []);
        let ingress = json!([{"ports": [{"port": 80}, {"port": "http"}]}]);
        let policy = json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "spec": {"podSelector": {}, "ingress": ingress}});
        assert_eq!(errors("networking.k8s.io", "v1", &policy), []);
    }

    #[test]
    fn encrypted_secrets_are_accepted() {
        let secret =
            json!({"apiVersion": "v1", "kind": "Secret", "data": {"a": "ENC[x]"}, "sops": {"mac": "x"}});
        assert_eq!(errors("", "v1", &secret), []);
    }
}
