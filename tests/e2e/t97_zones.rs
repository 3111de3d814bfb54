//! A cluster of three nodes in three zones that are drained one by one under load. It runs last, after the
//! removal of the shared environment, and removes itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    drain::{LossCheck, drain},
    test_env::TestEnv,
};

/// Three nodes, and two replicas of everything that serves readers and buoys.
pub const THREE_NODES: [(&str, &str); 4] = [
    ("nodes = 1", "nodes = 3"),
    ("backend-replicas = 1", "backend-replicas = 2"),
    ("frontend-replicas = 1", "frontend-replicas = 2"),
    ("gateway-replicas = 1", "gateway-replicas = 2"),
];

/// An environment that is removed when the test ends or fails.
struct Zones(TestEnv);

impl Drop for Zones {
    fn drop(&mut self) {
        let _ = self.0.seasense(&["down", "--output", "plain"]);
    }
}

impl Zones {
    fn list(&self, what: &[&str]) -> Vec<Value> {
        let text = self.0.kubectl(&[&["get", "-o", "json"], what].concat());
        let list: Value = serde_json::from_str(&text).unwrap();
        list["items"].as_array().unwrap().clone()
    }

    /// Returns the zones of the pods with this label.
    fn zones_of(&self, namespace: &str, label: &str) -> BTreeSet<String> {
        let zone = |node: &Value| {
            let zone = &node["metadata"]["labels"]["topology.kubernetes.io/zone"];
            (text(&node["metadata"]["name"]), text(zone))
        };
        let zones: BTreeMap<String, String> = self.list(&["nodes"]).iter().map(zone).collect();
        let pods = self.list(&["pods", "-n", namespace, "-l", label]);
        pods.iter().map(|pod| zones[&text(&pod["spec"]["nodeName"])].clone()).collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t97_drains_and_restarts_of_three_zones_lose_nothing() {
    let zones = Zones(TestEnv::separate("zones", 18444, &THREE_NODES));
    let env = &zones.0;
    env.seasense(&["dev", "--output", "plain"]).assert_success();
    assert_eq!(env.status()["ready"], true);
    for label in ["cnpg.io/podRole=instance", "app=seasense-backend", "app=seasense-frontend"] {
        let label = label.replace("app=", "app.kubernetes.io/name=");
        assert_eq!(zones.zones_of("seasense", &label).len(), 2, "{label}");
    }
    let envoy = zones.zones_of("envoy-gateway-system", "gateway.envoyproxy.io/owning-gateway-name=main");
    assert_eq!(envoy.len(), 2, "Envoy");
    let ranges = |pod: &Value| {
        let address = text(&pod["status"]["podIP"]);
        let own = pod["spec"]["hostNetwork"] != true && pod["status"]["phase"] == "Running";
        own.then(|| (address.rsplit_once('.').unwrap().0.to_owned(), text(&pod["spec"]["nodeName"])))
    };
    let ranges: BTreeSet<(String, String)> = zones.list(&["pods", "-A"]).iter().filter_map(ranges).collect();
    assert_eq!(ranges.len(), 3, "the nodes do not have three separate pod ranges: {ranges:?}");

    // The budget for the handover selects a primary only while it is demoted.
    let handover = |budget: &Value| budget["metadata"]["name"] == "seasense-db-handover";
    for budget in zones.list(&["poddisruptionbudgets", "-A"]).iter().filter(|budget| !handover(budget)) {
        assert!(budget["status"]["expectedPods"].as_u64() > Some(0), "the budget counts no pod: {budget}");
    }
    let check = LossCheck::start(env);
    for worker in ["worker", "worker2"] {
        drain(env, worker, || ());
    }
    check.finish("two drains");

    // After a start in reverse order the two workers swap their addresses, unless another container took one of
    // them.
    let before = env.node_address("worker");
    env.restart(&["worker2", "worker"]);
    eprintln!("worker: {before} before its restart, {} after", env.node_address("worker"));
    env.seasense(&["dev", "--output", "plain"]).assert_success();
    assert_eq!(env.status()["ready"], true);

    env.seasense(&["down", "--output", "plain"]).assert_success();
    assert_eq!(env.docker_leftovers("container"), "");
    assert_eq!(env.docker_leftovers("volume"), "");
}
