//! The objects that seasense applies itself. Flux applies everything else from the artifact. Pure.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::tree::ROOT;
use crate::{
    base::{
        digest::Digest,
        k8s::flux::{IGNORE_NOTHING, NAMESPACE},
    },
    config::{Variables, is_plain},
};

/// The ConfigMap with the variables for `postBuild.substituteFrom`.
pub(super) const ENVIRONMENT: &str = "environment";
/// The name of the canary's Kustomization and source, and of the ConfigMap with its traffic share.
pub(super) const CANARY: &str = "canary";
/// The Secret with the age keys of a cluster.
pub const AGE_SECRET: &str = "sops-age";
/// The data key of that Secret; Flux requires its suffix.
pub const AGE_FILE: &str = "age.agekey";
/// The ConfigMap that records which manifests Flux was installed from.
pub(super) const INSTALLED: &str = "seasense-flux";
/// The label of a ConfigMap or Secret whose changes cause a reconciliation by Flux.
const WATCHED: (&str, &str) = ("reconcile.fluxcd.io/watch", "Enabled");

/// Returns whether the object is applied before Flux's controllers: namespace, CRDs, roles, settings.
pub(super) fn is_early(object: &Value) -> bool {
    object["kind"] != "Deployment"
}

/// Returns the rank of an object. Namespaces and CRDs are applied before the objects in them.
pub(super) fn rank(object: &Value) -> u8 {
    match object["kind"].as_str() {
        Some("Namespace") => 0,
        Some("CustomResourceDefinition" | "ServiceAccount") => 1,
        _ => 2,
    }
}

pub(super) fn namespace() -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
}

pub(super) fn environment(variables: &BTreeMap<String, String>) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": watched(ENVIRONMENT), "data": variables})
}

pub(super) fn age_key(key: &[u8]) -> Value {
    // `stringData` is plain text, which Kubernetes encodes.
    let text = String::from_utf8_lossy(key);
    json!({"apiVersion": "v1", "kind": "Secret", "metadata": watched(AGE_SECRET), "type": "Opaque",
        "stringData": {AGE_FILE: text}})
}

/// The record that Flux was installed from manifests with this checksum.
pub(super) fn installed(checksum: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": INSTALLED, "namespace": NAMESPACE},
        "data": {"manifests": checksum}})
}

fn watched(name: &str) -> Value {
    json!({"name": name, "namespace": NAMESPACE, "labels": {WATCHED.0: WATCHED.1}})
}

/// Returns the artifact's source, pinned by digest.
pub(super) fn source(registry: &str, digest: &Digest) -> Value {
    pinned(ROOT, registry, digest)
}

/// The annotation of a source whose artifact was deployed and not verified yet.
pub(super) const UNVERIFIED: &str = "seasense.org/unverified";

/// Returns the artifact's source with the note that it is not verified yet. [`source`] removes the note.
pub(super) fn unverified_source(registry: &str, digest: &Digest) -> Value {
    let mut source = source(registry, digest);
    source["metadata"]["annotations"] = json!({UNVERIFIED: "true"});
    source
}

/// Returns the canary's source: a component of another artifact.
pub(super) fn canary_source(registry: &str, component: &Digest) -> Value {
    pinned(CANARY, registry, component)
}

fn pinned(name: &str, registry: &str, digest: &Digest) -> Value {
    json!({
        "apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "OCIRepository",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "interval": "10m", "timeout": "60s", "provider": "generic",
            "url": format!("oci://{registry}/{ROOT}"), "ref": {"digest": **digest},
            "insecure": is_plain(registry), "ignore": IGNORE_NOTHING,
        },
    })
}

/// Returns the Kustomization that applies the phases.
pub(super) fn root() -> Value {
    json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
        "metadata": {"name": ROOT, "namespace": NAMESPACE},
        "spec": {
            "interval": "10m", "retryInterval": "5s", "timeout": "1m", "path": "./flux", "prune": true, "wait": false,
            "sourceRef": {"kind": "OCIRepository", "name": ROOT},
            "postBuild": {"substituteFrom": [{"kind": "ConfigMap", "name": ENVIRONMENT}]},
        },
    })
}

/// Returns the ConfigMap with the canary's traffic share, which overrides the environment's variables.
pub(super) fn traffic_share(percent: u8) -> Value {
    let data: BTreeMap<String, String> = Variables::traffic_share(percent).into();
    // Without the watch label: only the Kustomization with the route reads it, and gets an explicit request.
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": CANARY, "namespace": NAMESPACE}, "data": data})
}

/// Returns the canary's Kustomization. It gets the same variables as all others.
pub(super) fn canary() -> Value {
    json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
        "metadata": {"name": CANARY, "namespace": NAMESPACE},
        "spec": {
            "interval": "1h", "retryInterval": "5s", "timeout": "5m", "path": "./apps/canary", "prune": true, "wait": true,
            "sourceRef": {"kind": "OCIRepository", "name": CANARY},
            "postBuild": {"substituteFrom": [{"kind": "ConfigMap", "name": ENVIRONMENT}]},
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::digest;

    #[test]
    fn the_source_is_pinned_by_digest() {
        let source = source("seasense-registry:5000", &digest('a'));
        assert_eq!(source["spec"]["url"], "oci://seasense-registry:5000/platform");
        assert_eq!(source["spec"]["ref"], json!({"digest": *digest('a')}));
        assert_eq!(source["spec"]["insecure"], true, "reachable on the Docker network only");
    }

    #[test]
    fn namespaces_are_applied_first_and_controllers_last() {
        let mut objects = ["Deployment", "ClusterRole", "CustomResourceDefinition", "Namespace"]
            .map(|kind| json!({"kind": kind}));
        objects.sort_by_key(rank);
        assert_eq!(objects[0]["kind"], "Namespace");
        assert_eq!(objects.iter().filter(|object| !is_early(object)).count(), 1);
    }
}
