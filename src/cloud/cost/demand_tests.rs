//! What workloads ask for, and whether it fits.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::cloud::cost::layout::tests::{lean, prices};

fn container(cpu: &str, memory: &str) -> Value {
    json!({"resources": {"requests": {"cpu": cpu, "memory": memory}}})
}

#[test]
fn every_kind_of_workload_is_counted_once() {
    let objects = [
        json!({"kind": "Deployment", "metadata": {"name": "backend"}, "spec": {"replicas": 2, "template": {"spec": {
            "initContainers": [container("20m", "300Mi")], "containers": [container("50m", "48Mi"), container("1", "16Mi")]}}}}),
        json!({"kind": "Cluster", "metadata": {"name": "db"}, "spec": {"instances": 3,
            "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}}}}),
        json!({"kind": "EnvoyProxy", "metadata": {"name": "main"}, "spec": {"provider": {"kubernetes": {"envoyDeployment":
            {"replicas": 1, "container": container("50m", "96Mi")}}}}}),
        json!({"kind": "Kustomization", "patches": [
            {"target": {"kind": "Deployment", "name": "operator"},
             "patch": "- {op: replace, path: /spec/template/spec/containers/0/resources, value: {requests: {cpu: 10m, memory: 1Gi}}}"},
            {"target": {"kind": "Job"}, "patch": "- {op: remove, path: /spec}"},
            {"path": "namespace.yaml"}]}),
        json!({"kind": "Job", "metadata": {"name": "certgen"}}),
    ];
    let of =
        |name: &str, pods, cpu_milli, memory_mib| Demand { name: name.into(), pods, cpu_milli, memory_mib };
    let expected = [
        of("backend", 2, 1050, 300),
        of("db", 3, 100, 256),
        of("envoy", 1, 60, 128),
        of("operator", 1, 10, 1024),
    ];
    assert_eq!(demand(&objects).unwrap(), expected);
}

#[test]
fn what_asks_for_nothing_is_refused_rather_than_counted_as_nothing() {
    let silent = json!({"kind": "Deployment", "metadata": {"name": "quiet"}, "spec": {"template": {"spec": {"containers": [{}]}}}});
    let failure = demand(&[silent]).unwrap_err();
    assert_eq!(failure.message, "`quiet` does not say what cores and memory it asks for");
}

#[test]
fn a_node_gives_less_than_it_has() {
    let capacity = capacity(&lean(), prices()).unwrap();
    assert_eq!(capacity, Capacity { nodes: 2, cpu_milli: 2600, memory_mib: 2672 });
    let unknown = Infrastructure { node_type: "PRO2-XXS".into(), ..lean() };
    assert_eq!(
        super::capacity(&unknown, prices()).unwrap_err().message,
        "the price table has no size of `PRO2-XXS`"
    );
}

proptest! {
    #[test]
    fn more_pods_never_take_less_and_more_nodes_never_more(pods in 0..50_u64, more in 1..50_u64, nodes in 0..5_u32) {
        let of = |pods, nodes| {
            let demand = Demand { name: "a".into(), pods, cpu_milli: 50, memory_mib: 64 };
            fit(&[demand], Capacity { nodes, cpu_milli: 2600, memory_mib: 2672 })
        };
        let (before, after) = (of(pods, nodes), of(pods + more, nodes));
        prop_assert!(before.memory <= after.memory && before.cpu <= after.cpu);
        prop_assert!(of(pods, nodes + 1).memory <= before.memory && !before.memory.is_nan() && !after.cpu.is_nan());
    }
}
