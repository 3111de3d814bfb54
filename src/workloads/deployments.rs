//! The Deployments of the platform: how many replicas are available, and why some are not.

use serde::Serialize;
use serde_json::Value;

use crate::base::{
    failure::Result,
    k8s::{Client, Health, Selector, health, object, resource},
};

/// The label that Flux gives to everything that it applies, in any namespace.
const OWNER: &str = "kustomize.toolkit.fluxcd.io/name";
/// The namespaces of the platform with Deployments that operators create; those of Kubernetes are omitted.
const NAMESPACES: [&str; 5] =
    ["cert-manager", "cnpg-system", "envoy-gateway-system", "flux-system", "seasense"];

/// One Deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Workload {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Whether every desired replica is available with the newest template.
    pub ready: bool,
    /// Available replicas.
    pub available: u64,
    /// Desired replicas.
    pub desired: u64,
    /// The missing part; empty if it is ready.
    pub message: String,
}

/// Lists the platform's Deployments, by namespace and name.
pub async fn deployments(client: &Client) -> Result<Vec<Workload>> {
    let found = client.list(&resource::DEPLOYMENT, None, &Selector::all()).await?;
    Ok(evaluate(&found))
}

fn evaluate(found: &[Value]) -> Vec<Workload> {
    let is_applied = |object: &Value| object::label(object, OWNER).is_some();
    let ours =
        found.iter().filter(|object| is_applied(object) || NAMESPACES.contains(&object::namespace(object)));
    let mut workloads: Vec<Workload> = ours.map(workload).collect();
    workloads.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
    workloads
}

fn workload(object: &Value) -> Workload {
    let state = health("Deployment", object);
    let count = |pointer: &str| u64::try_from(object::number(object, pointer)).unwrap_or_default();
    Workload {
        namespace: object::namespace(object).to_owned(),
        name: object::name(object).to_owned(),
        ready: state == Health::Ready,
        available: count("/status/availableReplicas"),
        desired: count("/spec/replicas"),
        message: state.text().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_deployments_of_the_platform_are_listed_in_order() {
        let deployment = |namespace: &str, name: &str, available: u64| {
            json!({"metadata": {"namespace": namespace, "name": name, "generation": 1}, "spec": {"replicas": 1},
                "status": {"observedGeneration": 1, "updatedReplicas": available, "availableReplicas": available}})
        };
        let mut added = deployment("search", "index", 0);
        added["metadata"]["labels"][OWNER] = json!("search");
        let found = evaluate(&[
            deployment("seasense", "frontend", 1),
            deployment("kube-system", "coredns", 0),
            deployment("seasense", "backend", 0),
            added,
        ]);
        let listed: Vec<_> = found.iter().map(|one| (one.name.as_str(), one.ready, one.available)).collect();
        assert_eq!(listed, [("index", false, 0), ("backend", false, 0), ("frontend", true, 1)]);
        assert_eq!(found[1].message, "0 of 1 replicas available");
    }
}
