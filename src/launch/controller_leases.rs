//! Deletes leader election leases whose holders stopped with their nodes.
//!
//! A leading controller renews its lease. A starting controller waits until the existing lease has not been
//! renewed for its whole duration, 15 to 60 s. After all nodes have been stopped, no leader exists and the
//! wait is unnecessary.

use jiff::Timestamp;
use serde_json::Value;

use crate::base::{
    failure::Result,
    k8s::{Client, Selector, object, resource},
};

/// The heartbeats of the nodes; they have no leader election.
const OF_NODES: &str = "kube-node-lease";
/// The heartbeat of the API server.
const OF_API_SERVERS: &str = "apiserver.kubernetes.io/identity";

/// Deletes every lease that was last renewed before `started`, the restart of all nodes; returns their names. A
/// lease that is acquired at the same moment is kept.
pub async fn delete_stale(client: &Client, started: Timestamp) -> Result<Vec<String>> {
    let leases = client.list(&resource::LEASE, None, &Selector::all()).await?;
    let mut deleted = Vec::new();
    for lease in leases.iter().filter(|lease| is_stale(lease, started)) {
        if client.delete(&resource::LEASE, lease).await? {
            deleted.push(format!("{}/{}", object::namespace(lease), object::name(lease)));
        }
    }
    Ok(deleted)
}

fn is_stale(lease: &Value, started: Timestamp) -> bool {
    let renewed = object::text(lease, "/spec/renewTime").and_then(|time| time.parse::<Timestamp>().ok());
    object::namespace(lease) != OF_NODES
        && object::label(lease, OF_API_SERVERS).is_none()
        && object::text(lease, "/spec/holderIdentity").is_some_and(|holder| !holder.is_empty())
        && renewed.is_some_and(|renewed| renewed < started)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::k8s::fake::FakeApi;

    fn lease(namespace: &str, name: &str, holder: &str, renewed: &str) -> Value {
        json!({"metadata": {"namespace": namespace, "name": name, "resourceVersion": "7"},
            "spec": {"holderIdentity": holder, "leaseDurationSeconds": 15, "renewTime": renewed}})
    }

    #[tokio::test]
    async fn only_leases_from_before_the_restart_are_deleted() {
        let started: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        let (before, after) = ("2026-11-21T09:00:00.123456Z", "2026-11-21T10:00:01.000000Z");
        let mut of_server = lease("kube-system", "apiserver-x", "apiserver-x_1", before);
        of_server["metadata"]["labels"] = json!({OF_API_SERVERS: "kube-apiserver"});
        let api = FakeApi::default();
        api.serve_list(
            "/apis/coordination.k8s.io/v1/leases",
            &[
                lease("flux-system", "stale", "controller_1", before),
                lease("flux-system", "acquired-again", "controller_2", after),
                lease("flux-system", "released", "", before),
                lease(OF_NODES, "node", "node", before),
                of_server,
            ],
        );
        api.serve("/apis/coordination.k8s.io/v1/namespaces/flux-system/leases/stale", json!({}));
        assert_eq!(delete_stale(&api.client(), started).await.unwrap(), ["flux-system/stale"]);
        let deleted: Vec<String> = api
            .requests()
            .into_iter()
            .map(|request| request.line)
            .filter(|line| line.starts_with("DELETE"))
            .collect();
        assert_eq!(deleted, ["DELETE /apis/coordination.k8s.io/v1/namespaces/flux-system/leases/stale"]);
    }
}
