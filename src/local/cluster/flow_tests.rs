//! The engine's whole flow in a world of its own: no Docker, no cluster.

use std::{path::Path, time::Duration};

use super::{
    Mark, OWNERSHIP_MOUNT, Observed, RemoveScope, ensure, ensure::ensure_within, observe, pause, remove,
    resume, wake::Patience,
};
use crate::local::{
    fake::{HALF, TestEnv, WHOLE},
    fixture::local,
};
use crate::{base::failure::Kind, config::HostDirs};

const CLUSTER: &str = "seasense-local";
const NODE: &str = "seasense-local-control-plane";

async fn seen(world: &TestEnv) -> Observed {
    observe(&world.context.docker, &world.context.dirs, CLUSTER).await.unwrap()
}

#[tokio::test]
async fn makes_a_cluster_once_and_leaves_it_alone_afterwards() {
    let world = TestEnv::new(WHOLE).await;
    assert_eq!(seen(&world).await, Observed::Absent);
    let made = ensure(&world.context, &local(), &world.source).await.unwrap();
    assert_eq!(made.handle.uid.as_deref(), Some("the-cluster"));
    assert_eq!(seen(&world).await, Observed::Running);
    let again = ensure(&world.context, &local(), &world.source).await.unwrap();
    assert_eq!(again, made);
    let calls = world.calls();
    assert_eq!(calls.len(), 1, "{calls:?}");
    let state = world.context.dirs.state(CLUSTER);
    assert!(calls[0].contains(&format!("--kubeconfig {}", state.join("kubeconfig").display())), "{calls:?}");
    let node = &world.config()["nodes"][0];
    assert_eq!((&node["image"], &node["extraPortMappings"][0]["hostPort"]), (&"node:1".into(), &8443.into()));
}

#[tokio::test]
async fn several_built_nodes_are_told_of_each_other_and_all_of_them_work() {
    let mut world = TestEnv::new(WHOLE).await;
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
    let world = TestEnv::new(HALF).await;
    let failure = ensure(&world.context, &local(), &world.source).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Cluster);
    assert!(failure.causes.iter().any(|cause| cause.contains("failed to init node")), "{failure:?}");
    assert!(matches!(seen(&world).await, Observed::Partial { .. }));
    world.kind(WHOLE, 0);
    ensure(&world.context, &local(), &world.source).await.unwrap();
    assert_eq!(seen(&world).await, Observed::Running);
}

#[tokio::test]
async fn a_cluster_that_holds_data_is_never_made_anew_unasked() {
    let world = TestEnv::new(WHOLE).await;
    ensure(&world.context, &local(), &world.source).await.unwrap();
    let node = format!("{CLUSTER}-control-plane");
    world.fill(&node);
    std::fs::remove_dir_all(world.context.dirs.state(CLUSTER)).unwrap();
    let failure = ensure(&world.context, &local(), &world.source).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Cluster);
    assert!(failure.hints.iter().any(|hint| hint.contains("--recreate")), "{failure:?}");
    assert!(world.container(&node).exists() && world.calls().len() == 1);
}

#[tokio::test]
async fn a_cluster_of_another_state_folder_is_left_alone() {
    let world = TestEnv::new(WHOLE).await;
    ensure(&world.context, &local(), &world.source).await.unwrap();
    let mut elsewhere = world.context.clone();
    elsewhere.dirs = HostDirs::new(world.context.dirs.cache(), world.context.dirs.cache().join("state"));
    let failure = ensure(&elsewhere, &local(), &world.source).await.unwrap_err();
    let state = world.context.dirs.state(CLUSTER);
    assert!(failure.causes.iter().any(|cause| cause.contains(state.to_str().unwrap())), "{failure:?}");
    assert!(world.container(&format!("{CLUSTER}-control-plane")).exists() && world.calls().len() == 1);
}

#[tokio::test]
async fn a_lost_state_folder_makes_the_cluster_anew() {
    let world = TestEnv::new(WHOLE).await;
    ensure(&world.context, &local(), &world.source).await.unwrap();
    std::fs::remove_dir_all(world.context.dirs.state(CLUSTER)).unwrap();
    assert!(matches!(seen(&world).await, Observed::Partial { .. }));
    ensure(&world.context, &local(), &world.source).await.unwrap();
    assert_eq!((seen(&world).await, world.calls().len()), (Observed::Running, 2));
}

#[tokio::test]
async fn a_cluster_of_somebody_else_is_neither_used_nor_removed() {
    let world = TestEnv::new(WHOLE).await;
    std::fs::write(world.container(NODE), "{}").unwrap();
    let failure = ensure(&world.context, &local(), &world.source).await.unwrap_err();
    assert!(failure.message.contains("did not make"), "{failure:?}");
    assert!(remove(&world.context.host(), ("local", CLUSTER), RemoveScope::Environment).await.is_err());
    assert!(world.container(NODE).exists() && world.calls().is_empty());
}

fn mark_of(at: &str) -> Mark {
    Mark { since: at.parse().unwrap(), digest: Some("sha256:aa".into()) }
}

#[tokio::test]
async fn a_pause_stops_everything_and_only_resume_or_dev_end_it() {
    let world = TestEnv::new(WHOLE).await;
    ensure(&world.context, &local(), &world.source).await.unwrap();
    let mark = mark_of("2026-11-21T10:00:00Z");
    let paused = pause(&world.context, ("local", CLUSTER), mark.clone()).await.unwrap();
    assert_eq!((paused.stopped, paused.since), (vec![NODE.to_owned()], mark.since));
    assert_eq!(seen(&world).await, Observed::Paused { since: mark.since });
    assert_eq!(world.restart_policy(NODE), "no", "a daemon that starts would bring the node back");
    let later = Mark { since: "2026-11-21T11:00:00Z".parse().unwrap(), digest: None };
    let again = pause(&world.context, ("local", CLUSTER), later).await.unwrap();
    assert_eq!((again.stopped.len(), again.since, again.digest), (0, mark.since, mark.digest));
    let awake = resume(&world.context, &local()).await.unwrap();
    assert!(awake.started.is_some());
    assert_eq!(seen(&world).await, Observed::Running);
    assert_eq!(world.restart_policy(NODE), "on-failure");
    assert_eq!(resume(&world.context, &local()).await.unwrap().started, None, "it runs: nothing was started");
    pause(&world.context, ("local", CLUSTER), mark_of("2026-11-21T12:00:00Z")).await.unwrap();
    let awake = ensure(&world.context, &local(), &world.source).await.unwrap();
    assert!(awake.started.is_some());
    assert_eq!((seen(&world).await, world.calls().len()), (Observed::Running, 1));
}

#[tokio::test]
async fn what_does_not_exist_can_neither_be_paused_nor_resumed() {
    let world = TestEnv::new(HALF).await;
    let refused = |failure: crate::base::failure::Failure| {
        assert_eq!(failure.kind, Kind::Cluster);
        assert!(failure.hints.iter().any(|hint| hint.contains("seasense dev")), "{failure:?}");
    };
    refused(pause(&world.context, ("local", CLUSTER), mark_of("2026-11-21T10:00:00Z")).await.unwrap_err());
    refused(resume(&world.context, &local()).await.unwrap_err());
    ensure(&world.context, &local(), &world.source).await.unwrap_err();
    refused(pause(&world.context, ("local", CLUSTER), mark_of("2026-11-21T10:00:00Z")).await.unwrap_err());
    refused(resume(&world.context, &local()).await.unwrap_err());
    assert!(world.container(NODE).exists(), "only `dev` removes what is half made");
}

#[tokio::test]
async fn a_silent_cluster_is_restarted_once_and_then_refused_but_never_removed() {
    const SHORT: Duration = Duration::from_millis(300);
    let patience = Patience { running: SHORT, cut_short: SHORT, started: SHORT };
    let world = TestEnv::new(WHOLE).await;
    ensure(&world.context, &local(), &world.source).await.unwrap();
    world.silence(true);
    let failure = ensure_within(&world.context, &local(), &world.source, patience).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Cluster);
    assert!(failure.hints.iter().any(|hint| hint.contains("dev --recreate")), "{failure:?}");
    assert_eq!((world.starts(NODE), world.calls().len()), (1, 1), "started again once, never made anew");
    assert_eq!(seen(&world).await, Observed::Running);
    world.silence(false);
    let awake = ensure_within(&world.context, &local(), &world.source, patience).await.unwrap();
    assert_eq!((awake.started, world.calls().len()), (None, 1));
}

#[tokio::test]
async fn a_pause_that_was_cut_short_is_healed_by_a_restart() {
    let world = TestEnv::new(WHOLE).await;
    ensure(&world.context, &local(), &world.source).await.unwrap();
    // The run was killed after its mark and before the node stopped; the node's API server is gone.
    mark_of("2026-11-21T10:00:00Z").write(&world.context.dirs.state(CLUSTER)).unwrap();
    world.silence_until_started(NODE);
    let patience = Patience {
        running: Duration::from_mins(10),
        cut_short: Duration::from_millis(100),
        started: Duration::from_secs(20),
    };
    let awake = ensure_within(&world.context, &local(), &world.source, patience).await.unwrap();
    assert!(awake.started.is_some());
    assert_eq!(Mark::read(&world.context.dirs.state(CLUSTER)), None);
}

#[tokio::test]
async fn removing_leaves_nothing_and_may_be_repeated() {
    let world = TestEnv::new(WHOLE).await;
    ensure(&world.context, &local(), &world.source).await.unwrap();
    let removed = remove(&world.context.host(), ("local", CLUSTER), RemoveScope::Environment).await.unwrap();
    assert!(removed.containers.contains(&NODE.to_owned()));
    assert!(!world.container(NODE).exists() && !world.context.dirs.state(CLUSTER).exists());
    assert_eq!(seen(&world).await, Observed::Absent);
    let again = remove(&world.context.host(), ("local", CLUSTER), RemoveScope::Environment).await.unwrap();
    assert!(again.containers.is_empty() && again.folders.is_empty());
}
