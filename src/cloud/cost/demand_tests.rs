//! Tests of the requests of workloads and the capacity of nodes.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::cloud::cost::from_layout::tests::{lean, prices};

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
fn a_container_without_requests_is_refused() {
    let deployment = json!({"kind": "Deployment", "metadata": {"name": "quiet"}, "spec": {"template": {"spec": {"containers": [{}]}}}});
    let failure = demand(&[deployment]).unwrap_err();
    assert_eq!(failure.message, "`quiet` has no requests for CPU and memory");
}

#[test]
fn reserved_resources_are_not_available_to_pods() {
    let capacity = capacity(&lean(), prices()).unwrap();
    assert_eq!(capacity, Capacity { nodes: 2, cpu_milli: 2600, memory_mib: 2672 });
    let unknown = Infrastructure { node_type: "PRO2-XXS".into(), ..lean() };
    assert_eq!(
        super::capacity(&unknown, prices()).unwrap_err().message,
        "no size of `PRO2-XXS` in the price table"
    );
}

proptest! {
    #[test]
    fn the_fraction_grows_with_pods_and_shrinks_with_nodes(pods in 0..50_u64, more in 1..50_u64, nodes in 0..5_u32) {
        let of = |pods, nodes| {
            let demand = Demand { name: "a".into(), pods, cpu_milli: 50, memory_mib: 64 };
            fit(&[demand], Capacity { nodes, cpu_milli: 2600, memory_mib: 2672 })
        };
        let (before, after) = (of(pods, nodes), of(pods + more, nodes));
        prop_assert!(before.memory <= after.memory && before.cpu <= after.cpu);
        prop_assert!(of(pods, nodes + 1).memory <= before.memory && !before.memory.is_nan() && !after.cpu.is_nan());
    }
}
