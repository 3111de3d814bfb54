//! Rules for pods. Pure.

use serde_json::Value;

use super::{Finding, finding, list, text, unless};

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

pub(super) fn pod_restricted(object: &Value) -> Vec<Finding> {
    let Some(pod) = pod(object) else { return Vec::new() };
    let host = ["hostNetwork", "hostPID", "hostIPC"].into_iter().filter(|field| pod[field] == true);
    let mut wrong: Vec<Finding> =
        host.map(|field| finding(format!("`{field}` is not allowed")).near(field)).collect();
    let paths = list(pod, "/volumes").filter(|volume| volume.get("hostPath").is_some());
    wrong.extend(paths.map(|volume| {
        finding(format!("volume {} must not be a path of the host", volume["name"])).near("hostPath")
    }));
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
            .flatten()
            .map(|found| found.near(&format!("name: {name}"))),
        );
    }
    wrong
}

pub(super) fn pod_minimal(object: &Value) -> Vec<Finding> {
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
        .map(move |(_, what)| finding(format!("{name} must have {what}")).near(&format!("name: {name}")))
        .collect::<Vec<_>>()
    });
    token.chain(bounds).collect()
}

/// Credentials that change reach a running process only as a mounted directory: a variable, and a file mounted
/// with `subPath`, keep their first value until a restart.
pub(super) fn secret_mounted(object: &Value) -> Vec<Finding> {
    let Some(pod) = pod(object) else { return Vec::new() };
    let secrets: Vec<&str> = list(pod, "/volumes")
        .filter(|volume| volume.get("secret").is_some() || volume.get("projected").is_some())
        .map(|volume| text(volume, "/name"))
        .collect();
    containers(pod)
        .flat_map(|container| {
            let variables = list(container, "/env").map(|variable| &variable["valueFrom"]["secretKeyRef"]);
            let variables = variables.chain(list(container, "/envFrom").map(|source| &source["secretRef"]));
            let fixed = list(container, "/volumeMounts")
                .filter(|mount| mount.get("subPath").is_some() && secrets.contains(&text(mount, "/name")));
            let name = text(container, "/name");
            let variable = variables.filter(|source| !source.is_null());
            let as_variable = move |_| {
                finding(format!("{name} must read a Secret as a mounted file, not as a variable"))
                    .near("secret")
            };
            let as_file =
                move |_| finding(format!("{name} must mount a Secret without `subPath`")).near("subPath");
            variable.map(as_variable).chain(fixed.map(as_file)).collect::<Vec<_>>()
        })
        .collect()
}
