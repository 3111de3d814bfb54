//! Rules for namespaces, access, Services, data and budgets. Pure.

use serde_json::Value;

use super::{Finding, finding, list, text, unless};

pub(super) fn namespace_restricted(object: &Value) -> Vec<Finding> {
    if object["kind"] != "Namespace" {
        return Vec::new();
    }
    let label =
        |name: &str| object["metadata"]["labels"][format!("pod-security.kubernetes.io/{name}")].clone();
    let version = label("enforce-version").as_str().is_some_and(|version| version.starts_with("v1."));
    [
        ("enforce", label("enforce") == "restricted", "Pod Security must enforce `restricted`"),
        ("enforce-version", version, "the version of Pod Security must be pinned"),
    ]
    .into_iter()
    .filter(|(_, holds, _)| !holds)
    .map(|(name, _, text)| finding(text).field(format!("metadata.labels.pod-security.kubernetes.io/{name}")))
    .collect()
}

pub(super) fn rbac_no_wildcards(object: &Value) -> Vec<Finding> {
    if !matches!(object["kind"].as_str(), Some("Role" | "ClusterRole")) {
        return Vec::new();
    }
    list(object, "/rules")
        .enumerate()
        .flat_map(|(at, rule)| {
            ["apiGroups", "resources", "verbs"]
                .map(|field| (at, field, list(rule, &format!("/{field}")).any(|v| v == "*")))
        })
        .filter(|(_, _, wild)| *wild)
        .map(|(at, field, _)| {
            finding(format!("a rule grants all `{field}`")).field(format!("rules[{at}].{field}"))
        })
        .collect()
}

pub(super) fn data_retained(object: &Value) -> Vec<Finding> {
    let contains_data = matches!(object["kind"].as_str(), Some("PersistentVolumeClaim" | "PersistentVolume"))
        || (object["kind"] == "Cluster" && text(object, "/apiVersion").starts_with("postgresql.cnpg.io/"))
        || (object["kind"] == "Namespace" && object["metadata"]["name"] == "seasense");
    let retained = object["metadata"]["annotations"]["kustomize.toolkit.fluxcd.io/prune"] == "disabled";
    unless(!contains_data || retained, "data must be annotated `prune: disabled`")
        .map(|found| found.field("metadata.annotations"))
        .into_iter()
        .collect()
}

pub(super) fn service_internal(object: &Value) -> Vec<Finding> {
    let kind = text(object, "/spec/type");
    let internal = object["kind"] != "Service" || matches!(kind, "" | "ClusterIP");
    unless(internal, format!("only the gateway is reachable from outside, so the type {kind} is not allowed"))
        .map(|found| found.field("spec.type"))
        .into_iter()
        .collect()
}

/// A budget without a selector counts no pod and prevents no eviction. The labels of kustomize do not add a
/// selector.
pub(super) fn budget_selects(object: &Value) -> Vec<Finding> {
    if object["kind"] != "PodDisruptionBudget" {
        return Vec::new();
    }
    let labels = object.pointer("/spec/selector/matchLabels").and_then(Value::as_object);
    unless(labels.is_some_and(|labels| !labels.is_empty()), "the budget must select pods")
        .map(|found| found.field("spec.selector.matchLabels"))
        .into_iter()
        .collect()
}

pub(super) fn phase_bounded(object: &Value) -> Vec<Finding> {
    if object["kind"] != "Kustomization"
        || !text(object, "/apiVersion").starts_with("kustomize.toolkit.fluxcd.io/")
    {
        return Vec::new();
    }
    let spec = &object["spec"];
    let checks_health = spec["wait"] == true || list(spec, "/healthChecks").next().is_some();
    [
        ("timeout", spec["timeout"].is_string(), "a phase must have a `timeout`"),
        ("wait", checks_health, "a phase must `wait` or name `healthChecks`"),
        ("suspend", spec["suspend"] != true, "a phase must not be suspended"),
    ]
    .into_iter()
    .filter(|(_, holds, _)| !holds)
    .map(|(field, _, text)| finding(text).field(format!("spec.{field}")))
    .collect()
}
