//! What `seasense logs` shows: a part of the platform by its name, or any other workload of the environment.

use serde_json::Value;

use crate::{
    base::{
        failure::{Failure, Kind},
        k8s::object,
    },
    config::nearest,
};

/// The parts of the platform: name, namespace, labels, container. An empty container stands for all of them.
const PARTS: [(&str, &str, &str, &str); 5] = [
    ("backend", "seasense", "app.kubernetes.io/name in (seasense-backend,seasense-backend-canary)", ""),
    ("frontend", "seasense", "app.kubernetes.io/name=seasense-frontend", ""),
    ("database", "seasense", "cnpg.io/cluster=seasense-db", "postgres"),
    ("gateway", "envoy-gateway-system", "app.kubernetes.io/component=proxy", "envoy"),
    ("flux", "flux-system", "app.kubernetes.io/part-of=flux", ""),
];

/// The simulated buoys, which run outside the cluster.
pub const FLEET: &str = "fleet";

/// A part of the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The namespace of its pods.
    pub namespace: &'static str,
    /// The label selector of its pods.
    pub labels: &'static str,
    /// Its container besides the init containers; empty for all.
    pub container: &'static str,
}

/// The part of the platform called `name`.
pub fn part(name: &str) -> Option<Part> {
    let found = PARTS.iter().find(|(part, ..)| *part == name);
    found.map(|&(_, namespace, labels, container)| Part { namespace, labels, container })
}

/// The pods of the workload `wanted`, `NAME` or `NAMESPACE/NAME`.
///
/// Fails with the nearest names if there is none.
pub fn pods_of(wanted: &str, pods: Vec<Value>) -> Result<Vec<Value>, Failure> {
    let mut known: Vec<String> = pods.iter().map(workload).collect();
    let (namespace, name) =
        wanted.split_once('/').map_or((None, wanted), |(space, name)| (Some(space), name));
    let is_wanted = |pod: &Value| {
        let own = [object::name(pod), workload(pod).as_str(), application(pod)].contains(&name);
        own && namespace.is_none_or(|namespace| namespace == object::namespace(pod))
    };
    let found: Vec<Value> = pods.into_iter().filter(is_wanted).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    known.sort_unstable();
    known.dedup();
    let parts = PARTS.iter().map(|(part, ..)| *part).chain([FLEET]);
    let failure = Failure::new(Kind::Usage, format!("the environment has no pod of `{wanted}`"));
    let failure = match nearest(name, known.iter().map(String::as_str).chain(parts)) {
        Some(near) => failure.hint(format!("the nearest known name is `{near}`")),
        None => failure,
    };
    Err(failure.hint(format!("the workloads with pods are: {}", known.join(", "))))
}

/// The name of the workload that created a pod: its Deployment, its other owner, or the pod itself.
fn workload(pod: &Value) -> String {
    let owner = object::list(pod, "/metadata/ownerReferences").first();
    let name = owner.and_then(|owner| object::text(owner, "/name")).unwrap_or_else(|| object::name(pod));
    let of_deployment = owner.is_some_and(|owner| object::text(owner, "/kind") == Some("ReplicaSet"));
    let hash = object::label(pod, "pod-template-hash").filter(|_| of_deployment);
    hash.and_then(|hash| name.strip_suffix(&format!("-{hash}"))).unwrap_or(name).to_owned()
}

fn application(pod: &Value) -> &str {
    let label = |name| object::label(pod, name);
    label("app.kubernetes.io/name").or_else(|| label("app")).unwrap_or_default()
}

/// One container of a pod, in the order in which they start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Why it has no log yet; `None` if it has one.
    pub waiting: Option<String>,
}

/// The init containers of a pod and its containers, or of these only the one called `only`.
pub fn containers(pod: &Value, only: &str) -> Vec<Container> {
    let names = |at: &str| -> Vec<String> {
        let found = object::list(pod, at).iter().filter_map(|one| object::text(one, "/name"));
        found.map(str::to_owned).collect()
    };
    let mut all = names("/spec/initContainers");
    all.extend(names("/spec/containers").into_iter().filter(|name| only.is_empty() || name == only));
    all.into_iter().map(|name| Container { waiting: waiting(pod, &name), name }).collect()
}

/// Why a container has never run; one that waits for its next start has the log of its last run.
fn waiting(pod: &Value, name: &str) -> Option<String> {
    let lists = ["/status/initContainerStatuses", "/status/containerStatuses"];
    let mut states = lists.iter().flat_map(|at| object::list(pod, at));
    let Some(state) = states.find(|state| object::text(state, "/name") == Some(name)) else {
        return Some("the pod is not scheduled yet".to_owned());
    };
    let has_run = object::number(state, "/restartCount") > 0
        || state.pointer("/lastState/terminated").is_some()
        || state.pointer("/state/running").is_some()
        || state.pointer("/state/terminated").is_some();
    if has_run {
        return None;
    }
    let reason = object::text(state, "/state/waiting/reason").unwrap_or("it has not started yet");
    let message = object::text(state, "/state/waiting/message");
    Some(message.map_or_else(|| reason.to_owned(), |message| format!("{reason}: {message}")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(namespace: &str, name: &str, owner: (&str, &str), hash: &str) -> Value {
        json!({"metadata": {"namespace": namespace, "name": name, "labels": {"pod-template-hash": hash},
            "ownerReferences": [{"kind": owner.0, "name": owner.1}]}})
    }

    fn found(wanted: &str) -> Vec<String> {
        let pods = vec![
            pod("apps", "tide-models-5d8f-x1", ("ReplicaSet", "tide-models-5d8f"), "5d8f"),
            pod("apps", "queue-0", ("StatefulSet", "queue"), ""),
            pod("other", "queue-0", ("StatefulSet", "queue"), ""),
            pod("apps", "import-29-abc", ("Job", "import-29"), ""),
            json!({"metadata": {"namespace": "apps", "name": "alone", "labels": {"app": "single"}}}),
        ];
        let pods = pods_of(wanted, pods).unwrap_or_default();
        pods.iter().map(|pod| format!("{}/{}", object::namespace(pod), object::name(pod))).collect()
    }

    #[test]
    fn every_workload_is_found_by_its_name() {
        assert_eq!(found("tide-models"), ["apps/tide-models-5d8f-x1"]);
        assert_eq!(found("queue"), ["apps/queue-0", "other/queue-0"]);
        assert_eq!(found("other/queue"), ["other/queue-0"]);
        assert_eq!(found("import-29"), ["apps/import-29-abc"]);
        assert_eq!(found("alone"), ["apps/alone"]);
        assert_eq!(found("single"), ["apps/alone"]);
    }

    #[test]
    fn unknown_workload_is_answered_with_the_nearest_name() {
        let pods = vec![pod("apps", "tide-models-5d8f-x1", ("ReplicaSet", "tide-models-5d8f"), "5d8f")];
        let failure = pods_of("tide-model", pods).unwrap_err();
        assert_eq!(failure.hints[0], "the nearest known name is `tide-models`");
        let failure = pods_of("backnd", Vec::new()).unwrap_err();
        assert_eq!(failure.hints[0], "the nearest known name is `backend`");
        assert_eq!(failure.kind, Kind::Usage);
    }

    #[test]
    fn init_containers_come_first_and_waiting_ones_say_why() {
        let pod = json!({
            "spec": {"initContainers": [{"name": "migrate"}], "containers": [{"name": "app"}, {"name": "side"}]},
            "status": {
                "initContainerStatuses": [{"name": "migrate", "restartCount": 3,
                    "state": {"waiting": {"reason": "CrashLoopBackOff"}}}],
                "containerStatuses": [{"name": "app", "state": {"waiting": {"reason": "PodInitializing"}}}],
            },
        });
        let waiting = |why: &str| Some(why.to_owned());
        let expected = [
            ("migrate", None),
            ("app", waiting("PodInitializing")),
            ("side", waiting("the pod is not scheduled yet")),
        ];
        let found: Vec<_> = containers(&pod, "").into_iter().map(|one| (one.name, one.waiting)).collect();
        assert_eq!(found, expected.map(|(name, why)| (name.to_owned(), why)));
        let only: Vec<String> = containers(&pod, "app").into_iter().map(|one| one.name).collect();
        assert_eq!(only, ["migrate", "app"]);
    }
}
