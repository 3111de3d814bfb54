//! The pods of an object, of a Deployment only those of its current template.

use serde_json::Value;

use super::{
    Client, Selector,
    object::{self, label, list, number, text},
    resource,
};
use crate::base::failure::Result;

/// The label that ties the pods of a Deployment to the `ReplicaSet` of one template.
const HASH: &str = "pod-template-hash";

/// Returns the pods of an object of `kind`.
///
/// Of a Deployment, only those of the template that it has now: pods of another template are about to be deleted.
/// That is not the newest pod: after a return to an earlier template, its `ReplicaSet` is used again.
pub async fn owned_pods(client: &Client, kind: &str, owner: &Value) -> Result<Vec<Value>> {
    let namespace = Some(object::namespace(owner));
    let Some(labels) = selector(kind, owner) else { return Ok(Vec::new()) };
    let selector = Selector::labels(labels);
    if kind != "Deployment" {
        return client.list(&resource::POD, namespace, &selector).await;
    }
    let (sets, pods) = tokio::try_join!(
        client.list(&resource::REPLICA_SET, namespace, &selector),
        client.list(&resource::POD, namespace, &selector),
    )?;
    Ok(of_current_template(owner, &sets, pods))
}

fn selector(kind: &str, owner: &Value) -> Option<String> {
    let name = object::name(owner);
    match kind {
        "Deployment" | "StatefulSet" | "DaemonSet" => {
            let labels = owner.pointer("/spec/selector/matchLabels")?.as_object()?;
            let pairs = labels.iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_str()?)));
            Some(pairs.collect::<Vec<_>>().join(","))
        }
        "Job" => Some(format!("job-name={name}")),
        "Cluster" => Some(format!("cnpg.io/cluster={name}")),
        "Gateway" => Some(format!("gateway.envoyproxy.io/owning-gateway-name={name}")),
        _ => None,
    }
}

/// The pods of the `ReplicaSet` with the template of `deployment`; none until its controller has observed that
/// template.
fn of_current_template(deployment: &Value, sets: &[Value], mut pods: Vec<Value>) -> Vec<Value> {
    if number(deployment, "/status/observedGeneration") < number(deployment, "/metadata/generation") {
        return Vec::new();
    }
    let Some(hash) = current_set(deployment, sets).and_then(|set| label(set, HASH)) else {
        return Vec::new();
    };
    pods.retain(|pod| label(pod, HASH) == Some(hash));
    pods
}

fn current_set<'a>(deployment: &Value, sets: &'a [Value]) -> Option<&'a Value> {
    let wanted = template(deployment);
    let uid = text(deployment, "/metadata/uid");
    let is_owned = |set: &&Value| {
        let mut owners = list(set, "/metadata/ownerReferences").iter();
        uid.is_none() || owners.any(|owner| text(owner, "/uid") == uid)
    };
    sets.iter().filter(is_owned).filter(|set| template(set) == wanted).max_by_key(|set| revision(set))
}

/// The template without the label that the controller adds to it.
fn template(object: &Value) -> Value {
    let mut template = object.pointer("/spec/template").cloned().unwrap_or_default();
    if let Some(labels) = template.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.remove(HASH);
    }
    template
}

fn revision(set: &Value) -> u64 {
    let annotations = set.pointer("/metadata/annotations");
    let revision = annotations.and_then(|all| all.get("deployment.kubernetes.io/revision")?.as_str());
    revision.and_then(|revision| revision.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(hash: &str, image: &str) -> Value {
        json!({"metadata": {"labels": {HASH: hash}, "ownerReferences": [{"uid": "d"}]},
            "spec": {"template": {"metadata": {"labels": {"app": "x", HASH: hash}}, "spec": {"image": image}}}})
    }

    fn pod(hash: &str, at: &str) -> Value {
        json!({"metadata": {"labels": {HASH: hash}, "creationTimestamp": at}})
    }

    fn deployment(image: &str, observed: i64) -> Value {
        json!({"metadata": {"uid": "d", "generation": 3}, "status": {"observedGeneration": observed},
            "spec": {"template": {"metadata": {"labels": {"app": "x"}}, "spec": {"image": image}}}})
    }

    #[test]
    fn pods_of_the_template_count_and_not_the_newest_pods() {
        let sets = [set("old", "good"), set("new", "crashes")];
        let pods = || vec![pod("old", "2026-01-01T00:00:00Z"), pod("new", "2026-01-01T00:05:00Z")];
        let of = |image: &str, observed| of_current_template(&deployment(image, observed), &sets, pods());
        assert_eq!(of("good", 3), [pod("old", "2026-01-01T00:00:00Z")], "the repaired template");
        assert_eq!(of("crashes", 3), [pod("new", "2026-01-01T00:05:00Z")]);
        assert!(of("crashes", 2).is_empty(), "its controller has not observed it");
        assert!(of("third", 3).is_empty(), "its ReplicaSet does not exist yet");
    }

    #[test]
    fn a_replica_set_of_another_owner_is_ignored() {
        let mut foreign = set("other", "good");
        foreign["metadata"]["ownerReferences"] = json!([{"uid": "e"}]);
        assert!(of_current_template(&deployment("good", 3), &[foreign], vec![pod("other", "")]).is_empty());
    }
}
