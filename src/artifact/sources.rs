//! Generates the kustomize Component that sets the source of each Flux Kustomization. Pure.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    Component,
    components::{GENERATED, ROOT},
};
use crate::base::{failure::Result, yaml};

/// Returns the files of the kustomize Component.
pub(super) fn sources(components: &BTreeMap<String, Component>) -> Result<[(String, Vec<u8>); 2]> {
    let patch = |component: &Component| -> Result<Value> {
        let patch = json!({
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "metadata": {"name": component.name},
            "spec": {"sourceRef": {"kind": "OCIRepository", "name": component.source()}},
        });
        let target =
            json!({"group": "kustomize.toolkit.fluxcd.io", "kind": "Kustomization", "name": component.name});
        Ok(json!({"target": target, "patch": yaml::write([&patch])?}))
    };
    let kustomization = json!({
        "apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component", "resources": ["sources.yaml"],
        "patches": components.values().map(patch).collect::<Result<Vec<_>>>()?,
    });
    let file = |name: &str, text: String| (format!("{GENERATED}/{name}"), text.into_bytes());
    Ok([
        file("kustomization.yaml", yaml::write([&kustomization])?),
        file("sources.yaml", components.values().map(source).collect()),
    ])
}

/// Written as text, because a variable for a boolean must not be quoted.
fn source(component: &Component) -> String {
    format!(
        "---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: {}
spec:
  interval: 1h
  timeout: 60s
  provider: generic
  url: oci://${{REGISTRY}}/{ROOT}
  insecure: ${{REGISTRY_INSECURE}}
  ref:
    digest: {}
",
        component.source(),
        component.blobs.manifest.digest
    )
}
