//! The few objects that seasense applies itself: all else Flux applies from the artifact. Pure.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::state::ROOT;
use crate::{
    base::k8s::flux::NAMESPACE,
    config::{Variables, is_plain},
};

/// The name of the ConfigMap whose data `postBuild.substituteFrom` sees.
pub(super) const ENVIRONMENT: &str = "environment";
/// The Kustomization and the source of what is tried out beside what runs, while something is, and the ConfigMap with its
/// share.
pub(super) const TRIAL: &str = "canary";
/// The Secret with the age key, and the key in it that Flux looks for by its ending.
pub(super) const AGE_SECRET: &str = "sops-age";
pub(super) const AGE_FILE: &str = "age.agekey";
/// The ConfigMap that records which manifests Flux was installed from.
pub(super) const INSTALLED: &str = "seasense-flux";
/// Flux reconciles what uses a ConfigMap or Secret with this label as soon as it changes.
const WATCHED: (&str, &str) = ("reconcile.fluxcd.io/watch", "Enabled");

/// Applied before Flux's controllers start: namespace, CRDs, rights, settings.
pub(super) fn is_early(object: &Value) -> bool {
    object["kind"] != "Deployment"
}

/// Namespaces and CRDs come before what lives in them.
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
    // Kubernetes encodes it; the field takes text.
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

/// The artifact's source, pinned by digest.
pub(super) fn source(registry: &str, digest: &str) -> Value {
    pinned(ROOT, registry, digest)
}

/// The source of what is tried out: a part of another artifact.
pub(super) fn trial_source(registry: &str, part: &str) -> Value {
    pinned(TRIAL, registry, part)
}

fn pinned(name: &str, registry: &str, digest: &str) -> Value {
    json!({
        "apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "OCIRepository",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "interval": "10m", "timeout": "60s", "provider": "generic",
            "url": format!("oci://{registry}/{ROOT}"), "ref": {"digest": digest},
            "insecure": is_plain(registry),
        },
    })
}

/// The Kustomization that applies the phases.
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

/// Its share of the requests, over what the environment's variables say.
pub(super) fn share(percent: u8) -> Value {
    let data: BTreeMap<String, String> = Variables::traffic_share(percent).into();
    // It bears no label that Flux follows: whoever changes it asks the one Kustomization that reads it to look.
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": TRIAL, "namespace": NAMESPACE}, "data": data})
}

/// The Kustomization that applies what is tried out, with the environment's variables as everything gets them.
pub(super) fn trial() -> Value {
    json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
        "metadata": {"name": TRIAL, "namespace": NAMESPACE},
        "spec": {
            "interval": "1h", "retryInterval": "5s", "timeout": "5m", "path": "./apps/canary", "prune": true, "wait": true,
            "sourceRef": {"kind": "OCIRepository", "name": TRIAL},
            "postBuild": {"substituteFrom": [{"kind": "ConfigMap", "name": ENVIRONMENT}]},
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_pinned_by_digest() {
        let source = source("seasense-registry:5000", "sha256:aa");
        assert_eq!(source["spec"]["url"], "oci://seasense-registry:5000/platform");
        assert_eq!(source["spec"]["ref"], json!({"digest": "sha256:aa"}));
        assert_eq!(source["spec"]["insecure"], true, "next door, on the Docker network only");
    }

    #[test]
    fn controllers_come_last_and_namespaces_first() {
        let mut objects = ["Deployment", "ClusterRole", "CustomResourceDefinition", "Namespace"]
            .map(|kind| json!({"kind": kind}));
        objects.sort_by_key(rank);
        assert_eq!(objects[0]["kind"], "Namespace");
        assert_eq!(objects.iter().filter(|object| !is_early(object)).count(), 1);
    }
}
