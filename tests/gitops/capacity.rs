//! Whether what the workloads ask for fits into the nodes that are paid for.

use std::{collections::BTreeSet, path::Path};

use seasense::{
    base::yaml,
    cloud::cost::{self, Capacity},
    config::{Infrastructure, Prices, Project},
};
use serde_json::Value;

use super::{environments, rendered, root, upstream};

/// Flux's own controllers are no part of the tree: it is what applies the tree.
fn flux() -> Vec<Value> {
    let patch = |name: &str| {
        let text = std::fs::read_to_string(root().join(format!("infra/manifests/flux/{name}.yaml"))).unwrap();
        let target = serde_json::json!({"kind": "Deployment", "name": name});
        serde_json::json!({"kind": "Kustomization", "patches": [{"target": target, "patch": text}]})
    };
    ["kustomize-controller", "source-controller"].map(patch).into()
}

/// How much of what must stay free is for what no request shows: page cache, bursts, a roll-out's second pod.
const FULL: f64 = 0.75;

#[tokio::test]
async fn what_the_workloads_ask_for_fits_into_the_nodes_of_every_layout() {
    let project = Project::find(root()).unwrap();
    let (rendered, prices) = (rendered().await, Prices::load(&project).unwrap());
    let local = environments().into_iter().find(|environment| environment.name() == "local").unwrap();
    for name in Infrastructure::names(&project) {
        let layout = Infrastructure::load(&project, &name).unwrap();
        let file = environments().into_iter().find(|environment| environment.name() == name.as_str());
        let mut variables = file.as_ref().unwrap_or(&local).to_variables();
        // Wherever it runs for others, two of each serve.
        for replicas in ["BACKEND_REPLICAS", "FRONTEND_REPLICAS", "GATEWAY_REPLICAS"] {
            let two = variables[replicas].parse::<u32>().unwrap().max(2);
            variables.insert(replicas.to_owned(), two.to_string());
        }
        let instances =
            variables["DATABASE_INSTANCES"].parse::<u32>().unwrap().max(layout.database_instances);
        variables.insert("DATABASE_INSTANCES".to_owned(), instances.to_string());
        let text = rendered.to_text(Some(&variables)).unwrap();
        let mut objects: Vec<Value> =
            yaml::parse(Path::new("tree"), &text).unwrap().into_iter().map(|one| one.value).collect();
        objects.extend(flux());
        let demands = cost::demand(&objects).unwrap();
        let names: BTreeSet<&str> = demands.iter().map(|demand| demand.name.as_str()).collect();
        assert_eq!(names.len(), demands.len(), "something is counted twice: {demands:?}");
        let expected =
            upstream::COUNTED.into_iter().chain(["backend", "envoy", "frontend", "seasense-db"]).collect();
        assert_eq!(names, expected);
        let capacity = cost::capacity(&layout, &prices).unwrap();
        let whole = cost::fit(&demands, capacity);
        assert!(whole.memory <= FULL && whole.cpu <= FULL, "{name}: {whole:?} of {capacity:?}");
        // A node may go at any time: what is left still holds everything.
        let one_less = cost::fit(&demands, Capacity { nodes: capacity.nodes - 1, ..capacity });
        assert!(one_less.memory <= 1.0 && one_less.cpu <= 1.0, "{name} without a node: {one_less:?}");
    }
    assert!(!Infrastructure::names(&project).is_empty());
}
