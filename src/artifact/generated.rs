//! The kustomize Component that packing generates: it sets the source of each Flux Kustomization. Pure.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Component, build::ROOT};
use crate::base::{failure::Result, k8s::flux::IGNORE_NOTHING, yaml};

/// The directory of the Component.
pub(super) const FOLDER: &str = "flux/sources";
/// The kustomization of the Component.
pub(super) const FILE: &str = "flux/sources/kustomization.yaml";

/// A Component without content. The definitions are built with it before their sources are known.
pub(super) fn placeholder() -> (String, Vec<u8>) {
    // Kustomize refuses a Component without any field; this one changes nothing without a generator.
    let text = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ngeneratorOptions: {disableNameSuffixHash: true}\n";
    (FILE.to_owned(), text.as_bytes().to_vec())
}

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
    let file = |name: &str, text: String| (format!("{FOLDER}/{name}"), text.into_bytes());
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
  ignore: '{IGNORE_NOTHING}'
  ref:
    digest: {}
",
        component.source(),
        component.blobs.manifest.digest
    )
}
