//! The pod templates of Kubernetes' own kinds. Pure.

use serde_json::Value;

use super::list;

/// The specification of pods in a workload.
#[derive(Debug, Clone)]
pub(super) struct PodTemplate<'a> {
    /// The path of the specification, for example `spec.template.spec`.
    pub path: &'static str,
    /// The specification.
    pub spec: &'a Value,
    /// The labels of the pods.
    pub labels: &'a Value,
}

/// Returns the pod template of `object`.
pub(super) fn pod_template(object: &Value) -> Option<PodTemplate<'_>> {
    let (path, outer) = match object["kind"].as_str()? {
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" | "Job" => {
            ("spec.template.spec", object.pointer("/spec/template")?)
        }
        "CronJob" => {
            ("spec.jobTemplate.spec.template.spec", object.pointer("/spec/jobTemplate/spec/template")?)
        }
        "PodTemplate" => ("template.spec", object.get("template")?),
        "Pod" => ("spec", object),
        _ => return None,
    };
    Some(PodTemplate { path, spec: outer.get("spec")?, labels: &outer["metadata"]["labels"] })
}

impl<'a> PodTemplate<'a> {
    /// Every container with its path, for example `spec.containers[0]`.
    pub(super) fn containers(&self) -> impl Iterator<Item = (String, &'a Value)> + use<'a> {
        let (path, spec) = (self.path, self.spec);
        ["/containers", "/initContainers", "/ephemeralContainers"].into_iter().flat_map(move |group| {
            let all = list(spec, group).enumerate();
            all.map(move |(at, container)| (format!("{path}.{}[{at}]", &group[1..]), container))
        })
    }
}
