//! The engine's whole flow in a world of its own: no Docker, no cluster.

use std::path::Path;

use super::{
    Extent, OWNERSHIP_MOUNT, Observed, ensure,
    fake::{HALF, WHOLE, World},
    fixture::local,
    observe, remove,
};
use crate::failure::Kind;

const CLUSTER: &str = "seasense-local";
const NODE: &str = "seasense-local-control-plane";

async fn seen(world: &World) -> Observed {
    observe(&world.context.docker, &world.context.places, CLUSTER).await.unwrap()
}

#[tokio::test]
async fn makes_a_cluster_once_and_leaves_it_alone_afterwards() {
    let world = World::new(WHOLE).await;
    assert_eq!(seen(&world).await, Observed::Absent);
    let made = ensure(&world.context, &local(), &world.source).await.unwrap();
    assert_eq!(made.uid.as_deref(), Some("the-cluster"));
    assert_eq!(seen(&world).await, Observed::Running);
    let again = ensure(&world.context, &local(), &world.source).await.unwrap();
    assert_eq!(again, made);
    let calls = world.calls();
    assert_eq!(calls.len(), 1, "{calls:?}");
    let state = world.context.places.state(CLUSTER);
    assert!(calls[0].contains(&format!("--kubeconfig {}", state.join("kubeconfig").display())), "{calls:?}");
    let node = &world.config()["nodes"][0];
    assert_eq!((&node["image"], &node["extraPortMappings"][0]["hostPort"]), (&"node:1".into(), &8443.into()));
}

#[tokio::test]
async fn several_built_nodes_are_told_of_each_other_and_all_of_them_work() {
    let mut world = World::new(WHOLE).await;
    world.source.built = true;
    let mut environment = local();
    environment.cluster.nodes = toml::Spanned::new(0..0, 3);
    ensure(&world.context, &environment, &world.source).await.unwrap();
    let config = world.config();
    let mut told = config["nodes"][2]["extraMounts"].as_array().unwrap().iter();
    let mark = told.rfind(|mount| mount["containerPath"] == OWNERSHIP_MOUNT).unwrap();
    let list = std::fs::read_to_string(Path::new(mark["hostPath"].as_str().unwrap()).join("nodes")).unwrap();
    assert_eq!(list, "seasense-local-control-plane\nseasense-local-worker\nseasense-local-worker2\n");
    let patches = config["kubeadmConfigPatches"].to_string();
    assert!(patches.contains("taints: []") && patches.contains("allocate-node-cidrs"), "{patches}");
}

#[tokio::test]
async fn a_failed_creation_is_told_and_the_next_run_heals_it() {
    let world = World::new(HALF).await;
    let failure = ensure(&world.context, &local(), &world.source).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Cluster);
    assert!(failure.causes.iter().any(|cause| cause.contains("failed to init node")), "{failure:?}");
    assert!(matches!(seen(&world).await, Observed::Partial { .. }));
    world.kind(WHOLE, 0);
    ensure(&world.context, &local(), &world.source).await.unwrap();
    assert_eq!(seen(&world).await, Observed::Running);
}

#[tokio::test]
async fn a_lost_state_folder_makes_the_cluster_anew() {
    let world = World::new(WHOLE).await;
    ensure(&world.context, &local(), &world.source).await.unwrap();
    std::fs::remove_dir_all(world.context.places.state(CLUSTER)).unwrap();
    assert!(matches!(seen(&world).await, Observed::Partial { .. }));
    ensure(&world.context, &local(), &world.source).await.unwrap();
    assert_eq!((seen(&world).await, world.calls().len()), (Observed::Running, 2));
}

#[tokio::test]
async fn a_cluster_of_somebody_else_is_neither_used_nor_removed() {
    let world = World::new(WHOLE).await;
    std::fs::write(world.container(NODE), "{}").unwrap();
    let failure = ensure(&world.context, &local(), &world.source).await.unwrap_err();
    assert!(failure.message.contains("did not make"), "{failure:?}");
    assert!(remove(&world.context, ("local", CLUSTER), Extent::Environment).await.is_err());
    assert!(world.container(NODE).exists() && world.calls().is_empty());
}

#[tokio::test]
async fn keeping_the_data_stops_the_nodes_and_the_next_run_starts_them() {
    let world = World::new(WHOLE).await;
    ensure(&world.context, &local(), &world.source).await.unwrap();
    let removed = remove(&world.context, ("local", CLUSTER), Extent::KeepData).await.unwrap();
    assert!(removed.stopped.contains(&NODE.to_owned()) && removed.containers.is_empty());
    assert_eq!(seen(&world).await, Observed::Stopped);
    ensure(&world.context, &local(), &world.source).await.unwrap();
    assert_eq!((seen(&world).await, world.calls().len()), (Observed::Running, 1));
}

#[tokio::test]
async fn removing_leaves_nothing_and_may_be_repeated() {
    let world = World::new(WHOLE).await;
    ensure(&world.context, &local(), &world.source).await.unwrap();
    let removed = remove(&world.context, ("local", CLUSTER), Extent::Environment).await.unwrap();
    assert!(removed.containers.contains(&NODE.to_owned()));
    assert!(!world.container(NODE).exists() && !world.context.places.state(CLUSTER).exists());
    assert_eq!(seen(&world).await, Observed::Absent);
    let again = remove(&world.context, ("local", CLUSTER), Extent::Environment).await.unwrap();
    assert!(again.containers.is_empty() && again.folders.is_empty());
}
