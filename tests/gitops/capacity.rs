//! The workloads' requests fit into the nodes of every layout.

use std::{collections::BTreeSet, path::Path};

use seasense::{
    base::yaml,
    cloud::cost::{self, Capacity},
    config::{Infrastructure, Prices, Project},
};
use serde_json::Value;

use super::{environments, files, root, text, upstream};

/// Returns the controllers of Flux, which are not in the tree because they apply it.
fn flux() -> Vec<Value> {
    let patch = |name: &str| {
        let text = std::fs::read_to_string(root().join(format!("infra/manifests/flux/{name}.yaml"))).unwrap();
        let target = serde_json::json!({"kind": "Deployment", "name": name});
        serde_json::json!({"kind": "Kustomization", "patches": [{"target": target, "patch": text}]})
    };
    ["kustomize-controller", "source-controller"].map(patch).into()
}

/// The share of the capacity that requests may use. The rest is for page cache, bursts and the second pod of a
/// rollout.
const MAX_SHARE: f64 = 0.75;

#[tokio::test]
async fn requests_of_all_workloads_fit_into_every_layout() {
    let project = Project::find(root()).unwrap();
    let (files, prices) = (files().await, Prices::load(&project).unwrap());
    let local = environments().into_iter().find(|environment| environment.name() == "local").unwrap();
    for name in Infrastructure::names(&project) {
        let layout = Infrastructure::load(&project, &name).unwrap();
        let file = environments().into_iter().find(|environment| environment.name() == name.as_str());
        let mut variables = file.as_ref().unwrap_or(&local).to_variables();
        // Staging and production run at least two replicas.
        for replicas in ["BACKEND_REPLICAS", "FRONTEND_REPLICAS", "GATEWAY_REPLICAS"] {
            let two = variables[replicas].parse::<u32>().unwrap().max(2);
            variables.insert(replicas.to_owned(), two.to_string());
        }
        let instances =
            variables["DATABASE_INSTANCES"].parse::<u32>().unwrap().max(layout.database_instances);
        variables.insert("DATABASE_INSTANCES".to_owned(), instances.to_string());
        let text = text(&files, &variables);
        let mut objects: Vec<Value> = yaml::parse(Path::new("tree"), &text)
            .unwrap()
            .into_iter()
            .map(|document| document.value)
            .collect();
        objects.extend(flux());
        let demands = cost::demand(&objects).unwrap();
        let names: BTreeSet<&str> = demands.iter().map(|demand| demand.name.as_str()).collect();
        assert_eq!(names.len(), demands.len(), "something is counted twice: {demands:?}");
        let expected =
            upstream::COUNTED.into_iter().chain(["backend", "envoy", "frontend", "seasense-db"]).collect();
        assert_eq!(names, expected);
        let capacity = cost::capacity(&layout, &prices).unwrap();
        let all_nodes = cost::fit(&demands, capacity);
        assert!(
            all_nodes.memory <= MAX_SHARE && all_nodes.cpu <= MAX_SHARE,
            "{name}: {all_nodes:?} of {capacity:?}"
        );
        // A node may fail at any time, so one node less must be enough.
        let one_less = cost::fit(&demands, Capacity { nodes: capacity.nodes - 1, ..capacity });
        assert!(one_less.memory <= 1.0 && one_less.cpu <= 1.0, "{name} without a node: {one_less:?}");
    }
    assert!(!Infrastructure::names(&project).is_empty());
}
