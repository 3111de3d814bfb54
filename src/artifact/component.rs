//! The component that gives each of Flux's Kustomizations its source, made when the tree is packed. Pure.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Part, parts::ROOT};
use crate::base::{failure::Result, yaml};

/// Its folder.
pub(super) const GENERATED: &str = "flux/parts";

/// The files of the component that gives each Kustomization its source.
pub(super) fn component(parts: &BTreeMap<String, Part>) -> Result<[(String, Vec<u8>); 2]> {
    let patch = |part: &Part| -> Result<Value> {
        let patch = json!({
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "metadata": {"name": part.name},
            "spec": {"sourceRef": {"kind": "OCIRepository", "name": part.source()}},
        });
        let target =
            json!({"group": "kustomize.toolkit.fluxcd.io", "kind": "Kustomization", "name": part.name});
        Ok(json!({"target": target, "patch": yaml::write([&patch])?}))
    };
    let component = json!({
        "apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component", "resources": ["sources.yaml"],
        "patches": parts.values().map(patch).collect::<Result<Vec<_>>>()?,
    });
    let file = |name: &str, text: String| (format!("{GENERATED}/{name}"), text.into_bytes());
    Ok([
        file("kustomization.yaml", yaml::write([&component])?),
        file("sources.yaml", parts.values().map(source).collect()),
    ])
}

/// EnvFile as text: a variable must stand without quotes where a truth value comes in its place.
fn source(part: &Part) -> String {
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
        part.source(),
        part.sealed.manifest.digest
    )
}
