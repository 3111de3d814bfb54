//! Rules for pods. Pure.

use serde_json::Value;

use super::{Finding, finding, list, templates::pod_template, text, unless};

pub(super) fn pod_restricted(object: &Value) -> Vec<Finding> {
    let Some(template) = pod_template(object) else { return Vec::new() };
    let (pod, path) = (template.spec, template.path);
    let host = ["hostNetwork", "hostPID", "hostIPC"].into_iter().filter(|field| pod[field] == true);
    let mut wrong: Vec<Finding> = host
        .map(|field| finding(format!("`{field}` is not allowed")).field(format!("{path}.{field}")))
        .collect();
    let volumes = list(pod, "/volumes").enumerate().filter(|(_, volume)| volume.get("hostPath").is_some());
    wrong.extend(volumes.map(|(at, volume)| {
        finding(format!("volume {} must not be a path of the host", volume["name"]))
            .field(format!("{path}.volumes[{at}].hostPath"))
    }));
    for (at, container) in template.containers() {
        let context = format!("{at}.securityContext");
        let found = container_restricted(pod, container);
        wrong.extend(found.into_iter().map(|(field, found)| found.field(format!("{context}.{field}"))));
    }
    wrong
}

/// What a container is not allowed, with the field of its security context.
fn container_restricted(pod: &Value, container: &Value) -> Vec<(&'static str, Finding)> {
    let kind = "/securityContext/seccompProfile/type";
    let name = container["name"].as_str().unwrap_or("?");
    let own = &container["securityContext"];
    let drops = list(own, "/capabilities/drop").any(|capability| capability == "ALL");
    let adds = list(own, "/capabilities/add").next().is_some();
    let profile = [text(container, kind), text(pod, kind)].contains(&"RuntimeDefault");
    let non_root = own["runAsNonRoot"] == true || pod["securityContext"]["runAsNonRoot"] == true;
    let rules = [
        ("capabilities.drop", drops, "must drop ALL capabilities"),
        ("capabilities.add", !adds, "must not add capabilities"),
        (
            "allowPrivilegeEscalation",
            own["allowPrivilegeEscalation"] == false,
            "must refuse privilege escalation",
        ),
        ("privileged", own["privileged"] != true, "must not be privileged"),
        ("readOnlyRootFilesystem", own["readOnlyRootFilesystem"] == true, "must have a read-only root"),
        ("runAsNonRoot", non_root, "must run as non-root"),
        ("seccompProfile.type", profile, "must use the runtime's default seccomp profile"),
    ];
    let broken = rules.into_iter().filter(|(_, holds, _)| !holds);
    broken.map(|(field, _, text)| (field, finding(format!("{name} {text}")))).collect()
}

pub(super) fn pod_minimal(object: &Value) -> Vec<Finding> {
    let Some(template) = pod_template(object) else { return Vec::new() };
    let field = "automountServiceAccountToken";
    let token =
        unless(template.spec[field] == false, "the pod must not mount a token of the API server").into_iter();
    let token = token.map(|found| found.field(format!("{}.{field}", template.path)));
    let bounds = template.containers().flat_map(|(at, container)| {
        let name = container["name"].as_str().unwrap_or("?").to_owned();
        [
            ("requests/cpu", "a CPU request"),
            ("requests/memory", "a memory request"),
            ("limits/memory", "a memory limit"),
        ]
        .into_iter()
        .filter(|(pointer, _)| container.pointer(&format!("/resources/{pointer}")).is_none())
        .map(move |(pointer, what)| {
            let field = format!("{at}.resources.{}", pointer.replace('/', "."));
            finding(format!("{name} must have {what}")).field(field)
        })
        .collect::<Vec<_>>()
    });
    token.chain(bounds).collect()
}

/// Credentials that change reach a running process only as a mounted directory: a variable, and a file mounted
/// with `subPath`, keep their first value until a restart.
pub(super) fn secret_mounted(object: &Value) -> Vec<Finding> {
    let Some(template) = pod_template(object) else { return Vec::new() };
    let secrets: Vec<&str> = list(template.spec, "/volumes")
        .filter(|volume| volume.get("secret").is_some() || volume.get("projected").is_some())
        .map(|volume| text(volume, "/name"))
        .collect();
    let mut found = Vec::new();
    for (path, container) in template.containers() {
        let name = text(container, "/name");
        let as_variable = |field: String| {
            finding(format!("{name} must read a Secret as a mounted file, not as a variable")).field(field)
        };
        for (group, pointer) in [("/env", "/valueFrom/secretKeyRef"), ("/envFrom", "/secretRef")] {
            let all = list(container, group).enumerate();
            let secret = all.filter(|(_, source)| source.pointer(pointer).is_some_and(|own| !own.is_null()));
            found.extend(secret.map(|(at, _)| {
                as_variable(format!("{path}.{}[{at}]{}", &group[1..], pointer.replace('/', ".")))
            }));
        }
        let mounts = list(container, "/volumeMounts").enumerate();
        let fixed = mounts
            .filter(|(_, mount)| mount.get("subPath").is_some() && secrets.contains(&text(mount, "/name")));
        found.extend(fixed.map(|(at, _)| {
            finding(format!("{name} must mount a Secret without `subPath`"))
                .field(format!("{path}.volumeMounts[{at}].subPath"))
        }));
    }
    found
}
