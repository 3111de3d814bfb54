//! Leases of the dead.
//!
//! A controller that leads renews a lease, and one that starts waits until the lease that it finds has not been renewed for
//! its whole length, 15 to 60 s, whatever time is written in it. When all nodes stood still at once nobody who leads is
//! left, and there is nothing to wait for.

use jiff::Timestamp;
use serde_json::Value;

use crate::base::{
    failure::Result,
    k8s::{Client, Selector, object, resource},
};

/// The nodes' own signs of life: they are renewed, never competed for.
const OF_NODES: &str = "kube-node-lease";
/// The API server's own sign of life.
const OF_API_SERVERS: &str = "apiserver.kubernetes.io/identity";

/// Deletes every lease whose holder renewed it last before `started`, when all nodes were started again; gives their
/// names. A lease that somebody takes at this moment is left alone.
pub async fn free(client: &Client, started: Timestamp) -> Result<Vec<String>> {
    let leases = client.list(&resource::LEASE, None, &Selector::all()).await?;
    let mut freed = Vec::new();
    for lease in leases.iter().filter(|lease| is_dead(lease, started)) {
        if client.delete(&resource::LEASE, lease).await? {
            freed.push(format!("{}/{}", object::namespace(lease), object::name(lease)));
        }
    }
    Ok(freed)
}

fn is_dead(lease: &Value, started: Timestamp) -> bool {
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
    async fn only_leases_of_holders_that_died_with_their_nodes_are_freed() {
        let started: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        let (before, after) = ("2026-11-21T09:00:00.123456Z", "2026-11-21T10:00:01.000000Z");
        let mut of_server = lease("kube-system", "apiserver-x", "apiserver-x_1", before);
        of_server["metadata"]["labels"] = json!({OF_API_SERVERS: "kube-apiserver"});
        let api = FakeApi::default();
        api.serve_list(
            "/apis/coordination.k8s.io/v1/leases",
            &[
                lease("flux-system", "led", "controller_1", before),
                lease("flux-system", "taken-again", "controller_2", after),
                lease("flux-system", "given-back", "", before),
                lease(OF_NODES, "node", "node", before),
                of_server,
            ],
        );
        api.serve("/apis/coordination.k8s.io/v1/namespaces/flux-system/leases/led", json!({}));
        assert_eq!(free(&api.client(), started).await.unwrap(), ["flux-system/led"]);
        let deleted: Vec<String> = api
            .requests()
            .into_iter()
            .map(|asked| asked.line)
            .filter(|line| line.starts_with("DELETE"))
            .collect();
        assert_eq!(deleted, ["DELETE /apis/coordination.k8s.io/v1/namespaces/flux-system/leases/led"]);
    }
}
