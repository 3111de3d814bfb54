//! The rules for every object of the tree, as functions from an object to its violations.

use serde_json::Value;

/// The name of a rule and the function that finds violations.
pub type Rule = (&'static str, fn(&Value) -> Vec<String>);

/// Every rule under the name that the fixtures use.
pub const RULES: [Rule; 9] = [
    ("namespace-restricted", namespace_restricted),
    ("pod-restricted", pod_restricted),
    ("pod-minimal", pod_minimal),
    ("rbac-no-wildcards", rbac_no_wildcards),
    ("secret-encrypted", secret_encrypted),
    ("data-retained", data_retained),
    ("service-internal", service_internal),
    ("phase-bounded", phase_bounded),
    ("budget-selects", budget_selects),
];

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

/// Returns `violation` unless the condition is true.
fn unless(condition: bool, violation: impl Into<String>) -> Option<String> {
    (!condition).then(|| violation.into())
}

fn namespace_restricted(object: &Value) -> Vec<String> {
    if object["kind"] != "Namespace" {
        return Vec::new();
    }
    let label =
        |name: &str| object["metadata"]["labels"][format!("pod-security.kubernetes.io/{name}")].clone();
    [
        unless(label("enforce") == "restricted", "Pod Security must enforce `restricted`"),
        unless(
            label("enforce-version").as_str().is_some_and(|v| v.starts_with("v1.")),
            "the version of Pod Security must be pinned",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Returns the pod specification of a workload.
fn pod(object: &Value) -> Option<&Value> {
    let pointer = match object["kind"].as_str()? {
        "Deployment" | "StatefulSet" | "DaemonSet" | "Job" => "/spec/template/spec",
        "CronJob" => "/spec/jobTemplate/spec/template/spec",
        "Pod" => "/spec",
        _ => return None,
    };
    object.pointer(pointer)
}

fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    list(pod, "/containers").chain(list(pod, "/initContainers"))
}

fn pod_restricted(object: &Value) -> Vec<String> {
    let Some(pod) = pod(object) else { return Vec::new() };
    let host = ["hostNetwork", "hostPID", "hostIPC"].into_iter().filter(|field| pod[field] == true);
    let mut wrong: Vec<String> = host.map(|field| format!("`{field}` is not allowed")).collect();
    let paths = list(pod, "/volumes").filter(|volume| volume.get("hostPath").is_some());
    wrong.extend(paths.map(|volume| format!("volume {} must not be a path of the host", volume["name"])));
    let kind = "/securityContext/seccompProfile/type";
    for container in containers(pod) {
        let name = container["name"].as_str().unwrap_or("?");
        let own = &container["securityContext"];
        let drops = list(own, "/capabilities/drop").any(|capability| capability == "ALL");
        let profile = [text(container, kind), text(pod, kind)].contains(&"RuntimeDefault");
        let non_root = own["runAsNonRoot"] == true || pod["securityContext"]["runAsNonRoot"] == true;
        wrong.extend(
            [
                unless(drops, format!("{name} must drop ALL capabilities")),
                unless(
                    list(own, "/capabilities/add").next().is_none(),
                    format!("{name} must not add capabilities"),
                ),
                unless(
                    own["allowPrivilegeEscalation"] == false,
                    format!("{name} must refuse privilege escalation"),
                ),
                unless(own["privileged"] != true, format!("{name} must not be privileged")),
                unless(own["readOnlyRootFilesystem"] == true, format!("{name} must have a read-only root")),
                unless(non_root, format!("{name} must run as non-root")),
                unless(profile, format!("{name} must use the runtime's default seccomp profile")),
            ]
            .into_iter()
            .flatten(),
        );
    }
    wrong
}

fn pod_minimal(object: &Value) -> Vec<String> {
    let Some(pod) = pod(object) else { return Vec::new() };
    let account = pod["automountServiceAccountToken"] == false;
    let token = unless(account, "the pod must not mount a token of the API server").into_iter();
    let bounds = containers(pod).flat_map(|container| {
        let name = container["name"].as_str().unwrap_or("?").to_owned();
        [
            ("/resources/requests/cpu", "a CPU request"),
            ("/resources/requests/memory", "a memory request"),
            ("/resources/limits/memory", "a memory limit"),
        ]
        .into_iter()
        .filter(|(pointer, _)| container.pointer(pointer).is_none())
        .map(move |(_, what)| format!("{name} must have {what}"))
        .collect::<Vec<_>>()
    });
    token.chain(bounds).collect()
}

fn rbac_no_wildcards(object: &Value) -> Vec<String> {
    if !matches!(object["kind"].as_str(), Some("Role" | "ClusterRole")) {
        return Vec::new();
    }
    list(object, "/rules")
        .flat_map(|rule| {
            ["apiGroups", "resources", "verbs"]
                .map(|field| (field, list(rule, &format!("/{field}")).any(|v| v == "*")))
        })
        .filter(|(_, wild)| *wild)
        .map(|(field, _)| format!("a rule grants all `{field}`"))
        .collect()
}

fn secret_encrypted(object: &Value) -> Vec<String> {
    if object["kind"] != "Secret" {
        return Vec::new();
    }
    let encrypted = |value: &str| value.starts_with("ENC[AES256_GCM,data:") && value.ends_with(']');
    let values =
        ["data", "stringData"].into_iter().flat_map(|group| object[group].as_object().into_iter().flatten());
    let mut wrong: Vec<String> = values
        .filter(|(_, value)| !value.as_str().is_some_and(encrypted))
        .map(|(key, _)| format!("`{key}` is not encrypted"))
        .collect();
    wrong.extend(unless(encrypted(text(object, "/sops/mac")), "the MAC of SOPS is missing"));
    wrong.extend(unless(list(object, "/sops/age").count() > 0, "no key can decrypt it"));
    wrong
}

fn data_retained(object: &Value) -> Vec<String> {
    let contains_data = matches!(object["kind"].as_str(), Some("PersistentVolumeClaim" | "PersistentVolume"))
        || (object["kind"] == "Cluster" && text(object, "/apiVersion").starts_with("postgresql.cnpg.io/"))
        || (object["kind"] == "Namespace" && object["metadata"]["name"] == "seasense");
    let retained = object["metadata"]["annotations"]["kustomize.toolkit.fluxcd.io/prune"] == "disabled";
    unless(!contains_data || retained, "data must be annotated `prune: disabled`").into_iter().collect()
}

fn service_internal(object: &Value) -> Vec<String> {
    let kind = text(object, "/spec/type");
    let internal = object["kind"] != "Service" || matches!(kind, "" | "ClusterIP");
    unless(internal, format!("only the gateway is reachable from outside, so the type {kind} is not allowed"))
        .into_iter()
        .collect()
}

/// A budget without a selector counts no pod and prevents no eviction. The labels of kustomize do not add a
/// selector.
fn budget_selects(object: &Value) -> Vec<String> {
    if object["kind"] != "PodDisruptionBudget" {
        return Vec::new();
    }
    let labels = object.pointer("/spec/selector/matchLabels").and_then(Value::as_object);
    unless(labels.is_some_and(|labels| !labels.is_empty()), "the budget must select pods")
        .into_iter()
        .collect()
}

fn phase_bounded(object: &Value) -> Vec<String> {
    if object["kind"] != "Kustomization"
        || !text(object, "/apiVersion").starts_with("kustomize.toolkit.fluxcd.io/")
    {
        return Vec::new();
    }
    let spec = &object["spec"];
    let checks_health = spec["wait"] == true || list(spec, "/healthChecks").next().is_some();
    [
        unless(spec["timeout"].is_string(), "a phase must have a `timeout`"),
        unless(checks_health, "a phase must `wait` or name `healthChecks`"),
        unless(spec["suspend"] != true, "a phase must not be suspended"),
    ]
    .into_iter()
    .flatten()
    .collect()
}
