//! A cluster of three nodes in three zones, which go one after the other while everybody asks. It runs last, when the shared environment is gone, and removes itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    drain::{self, Load},
    world::TestEnv,
};

/// Three nodes, and two of everything that readers and buoys meet.
pub const SEVERAL: [(&str, &str); 4] = [
    ("nodes = 1", "nodes = 3"),
    ("backend-replicas = 1", "backend-replicas = 2"),
    ("frontend-replicas = 1", "frontend-replicas = 2"),
    ("gateway-replicas = 1", "gateway-replicas = 2"),
];

/// Takes the environment down however the test ends.
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

    /// The zones of the pods with this label.
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
fn t95_three_nodes_are_three_zones_that_may_go_under_load_and_find_each_other_again() {
    let zones = Zones(TestEnv::of("zones", 18444, &SEVERAL));
    let world = &zones.0;
    world.seasense(&["dev", "--output", "plain"]).assert_success();
    assert_eq!(world.status()["ready"], true);
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
    assert_eq!(ranges.len(), 3, "each node has one range of its own: {ranges:?}");

    // The one for the handover means a primary only while it is one no longer.
    let handover = |budget: &Value| budget["metadata"]["name"] == "seasense-db-handover";
    for budget in zones.list(&["poddisruptionbudgets", "-A"]).iter().filter(|budget| !handover(budget)) {
        assert!(budget["status"]["expectedPods"].as_u64() > Some(0), "it counts no pod: {budget}");
    }
    let load = Load::start(world);
    for worker in ["worker", "worker2"] {
        drain::away(world, worker, || ());
    }
    load.end("two drains");

    // Started the other way round, the two workers take each other's address, unless somebody else on the network comes between.
    let before = world.node_address("worker");
    world.restart(&["worker2", "worker"]);
    eprintln!("worker: {before} before its restart, {} after", world.node_address("worker"));
    world.seasense(&["dev", "--output", "plain"]).assert_success();
    assert_eq!(world.status()["ready"], true);

    world.seasense(&["down", "--output", "plain"]).assert_success();
    assert_eq!(world.docker_leftovers("container") + &world.docker_leftovers("volume"), "");
}
