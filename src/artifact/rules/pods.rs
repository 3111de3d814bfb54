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
