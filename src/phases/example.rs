//! The Kustomizations of this repository, for tests.

use crate::base::k8s::flux::Kustomization;

/// Name, directory, dependencies on readiness, checked Kustomizations.
type Row = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const ROWS: [Row; 9] = [
    ("apps", "./apps", &["gateway-config", "database", "secrets"], &[]),
    ("cert-manager", "./infrastructure/core/cert-manager", &[], &[]),
    ("cloudnative-pg", "./infrastructure/core/cloudnative-pg", &[], &[]),
    ("data", "./data", &[], &["secrets", "database"]),
    ("database", "./data/database", &["cloudnative-pg"], &[]),
    ("envoy-gateway", "./infrastructure/core/envoy-gateway", &[], &[]),
    (
        "gateway-config",
        "./infrastructure/gateway-config/issuer/public",
        &["cert-manager", "envoy-gateway"],
        &[],
    ),
    (
        "infrastructure-core",
        "./infrastructure/core",
        &["cert-manager", "cloudnative-pg", "envoy-gateway"],
        &[],
    ),
    ("secrets", "./secrets/local", &[], &[]),
];

/// The root and all Kustomizations, without a state.
pub(super) fn tree() -> Vec<Kustomization> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
    let root = Kustomization {
        name: super::ROOT.to_owned(),
        children: ROWS.iter().map(|row| row.0.to_owned()).collect(),
        ..Kustomization::default()
    };
    let one = |(name, path, depends_on, checks): &Row| Kustomization {
        name: (*name).to_owned(),
        path: (*path).to_owned(),
        depends_on: owned(depends_on),
        needs: owned(depends_on),
        checks: owned(checks),
        ..Kustomization::default()
    };
    std::iter::once(root).chain(ROWS.iter().map(one)).collect()
}

/// The same as objects, each with `status` and the inventory of the root.
pub(super) fn objects(status: impl Fn(&str) -> serde_json::Value) -> Vec<serde_json::Value> {
    use serde_json::json;
    let named = |names: &[String]| names.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>();
    let check = |name: &String| {
        json!({"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "name": name,
            "namespace": "flux-system"})
    };
    let object = |one: &Kustomization| {
        let entry = |name: &String| json!({"id": format!("flux-system_{name}_k_Kustomization"), "v": "v1"});
        let mut status = status(&one.name);
        if !one.children.is_empty() {
            status["inventory"] = json!({"entries": one.children.iter().map(entry).collect::<Vec<_>>()});
        }
        json!({"metadata": {"name": one.name, "generation": 1}, "status": status, "spec": {"path": one.path,
            "dependsOn": named(&one.depends_on), "healthChecks": one.checks.iter().map(check).collect::<Vec<_>>()}})
    };
    tree().iter().map(object).collect()
}
