//! Tests of the life cycle of a cluster, without Docker.

use std::{path::Path, time::Duration};

use super::{
    ClusterState, OWNERSHIP_MOUNT, PauseRecord, RemoveScope, ensure, ensure::ensure_within, observe, pause,
    remove, resume, start::ApiTimeouts,
};
use crate::{
    base::failure::Kind,
    config::HostDirs,
    local::{
        fake::{HALF, TestEnv, WHOLE},
        fixture::local,
    },
};

const CLUSTER: &str = "seasense-local";
const NODE: &str = "seasense-local-control-plane";

async fn observed(env: &TestEnv) -> ClusterState {
    observe(&env.context.docker, &env.context.dirs, CLUSTER).await.unwrap()
}

#[tokio::test]
async fn cluster_is_created_once() {
    let env = TestEnv::new(WHOLE).await;
    assert_eq!(observed(&env).await, ClusterState::Absent);
    let created = ensure(&env.context, &local(), &env.source).await.unwrap();
    assert_eq!(created.handle.uid.as_deref(), Some("the-cluster"));
    assert_eq!(observed(&env).await, ClusterState::Running);
    let again = ensure(&env.context, &local(), &env.source).await.unwrap();
    assert_eq!(again, created);
    let calls = env.calls();
    assert_eq!(calls.len(), 1, "{calls:?}");
    let state = env.context.dirs.state(CLUSTER);
    assert!(calls[0].contains(&format!("--kubeconfig {}", state.join("kubeconfig").display())), "{calls:?}");
    let node = &env.config()["nodes"][0];
    assert_eq!(node["image"], "node:1");
    assert_eq!(node["extraPortMappings"][0]["hostPort"], 8443);
    assert!(env.kind_daemon().starts_with("unix:///"), "kind uses another daemon: {}", env.kind_daemon());
}

#[tokio::test]
async fn built_nodes_get_the_node_list_and_no_taints() {
    let mut env = TestEnv::new(WHOLE).await;
    env.source.built = true;
    let mut environment = local();
    environment.cluster.nodes = toml::Spanned::new(0..0, 3);
    ensure(&env.context, &environment, &env.source).await.unwrap();
    let config = env.config();
    let mut mounts = config["nodes"][2]["extraMounts"].as_array().unwrap().iter();
    let mark = mounts.rfind(|mount| mount["containerPath"] == OWNERSHIP_MOUNT).unwrap();
    let list = std::fs::read_to_string(Path::new(mark["hostPath"].as_str().unwrap()).join("nodes")).unwrap();
    assert_eq!(list, "seasense-local-control-plane\nseasense-local-worker\nseasense-local-worker2\n");
    let patches = config["kubeadmConfigPatches"].to_string();
    assert!(patches.contains("taints: []") && patches.contains("allocate-node-cidrs"), "{patches}");
}

#[tokio::test]
async fn failed_creation_is_repaired_by_the_next_run() {
    let env = TestEnv::new(HALF).await;
    let failure = ensure(&env.context, &local(), &env.source).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Cluster);
    assert!(failure.causes.iter().any(|cause| cause.contains("failed to init node")), "{failure:?}");
    assert!(matches!(observed(&env).await, ClusterState::Partial { .. }));
    env.kind(WHOLE, 0);
    ensure(&env.context, &local(), &env.source).await.unwrap();
    assert_eq!(observed(&env).await, ClusterState::Running);
}

#[tokio::test]
async fn cluster_with_data_is_not_replaced() {
    let env = TestEnv::new(WHOLE).await;
    ensure(&env.context, &local(), &env.source).await.unwrap();
    let node = format!("{CLUSTER}-control-plane");
    env.fill(&node);
    std::fs::remove_dir_all(env.context.dirs.state(CLUSTER)).unwrap();
    let failure = ensure(&env.context, &local(), &env.source).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Cluster);
    assert!(failure.hints.iter().any(|hint| hint.contains("--recreate")), "{failure:?}");
    assert!(env.container(&node).exists() && env.calls().len() == 1);
}

#[tokio::test]
async fn cluster_of_another_state_directory_is_refused() {
    let env = TestEnv::new(WHOLE).await;
    ensure(&env.context, &local(), &env.source).await.unwrap();
    let mut elsewhere = env.context.clone();
    elsewhere.dirs = HostDirs::new(env.context.dirs.cache(), env.context.dirs.cache().join("state"));
    let failure = ensure(&elsewhere, &local(), &env.source).await.unwrap_err();
    let state = env.context.dirs.state(CLUSTER);
    assert!(failure.causes.iter().any(|cause| cause.contains(state.to_str().unwrap())), "{failure:?}");
    assert!(env.container(&format!("{CLUSTER}-control-plane")).exists() && env.calls().len() == 1);
}

#[tokio::test]
async fn lost_state_directory_replaces_the_cluster() {
    let env = TestEnv::new(WHOLE).await;
    ensure(&env.context, &local(), &env.source).await.unwrap();
    std::fs::remove_dir_all(env.context.dirs.state(CLUSTER)).unwrap();
    assert!(matches!(observed(&env).await, ClusterState::Partial { .. }));
    ensure(&env.context, &local(), &env.source).await.unwrap();
    assert_eq!(observed(&env).await, ClusterState::Running);
    assert_eq!(env.calls().len(), 2);
}

#[tokio::test]
async fn foreign_cluster_is_neither_used_nor_removed() {
    let env = TestEnv::new(WHOLE).await;
    std::fs::write(env.container(NODE), "{}").unwrap();
    let failure = ensure(&env.context, &local(), &env.source).await.unwrap_err();
    assert!(failure.message.contains("did not create"), "{failure:?}");
    assert!(remove(&env.context.host(), ("local", CLUSTER), RemoveScope::Environment).await.is_err());
    assert!(env.container(NODE).exists() && env.calls().is_empty());
}

fn pause_record(since: &str) -> PauseRecord {
    PauseRecord { since: since.parse().unwrap(), digest: Some(crate::base::digest::digest('a')) }
}

#[tokio::test]
async fn pause_lasts_until_resume_or_dev() {
    let env = TestEnv::new(WHOLE).await;
    ensure(&env.context, &local(), &env.source).await.unwrap();
    let record = pause_record("2026-11-21T10:00:00Z");
    let paused = pause(&env.context, ("local", CLUSTER), record.clone()).await.unwrap();
    assert_eq!(paused.stopped, [NODE]);
    assert_eq!(paused.since, record.since);
    assert_eq!(observed(&env).await, ClusterState::Paused { since: record.since });
    assert_eq!(env.restart_policy(NODE), "no", "a restarting daemon must not start the node");
    let later = PauseRecord { since: "2026-11-21T11:00:00Z".parse().unwrap(), digest: None };
    let again = pause(&env.context, ("local", CLUSTER), later).await.unwrap();
    assert!(again.stopped.is_empty());
    assert_eq!(again.since, record.since);
    assert_eq!(again.digest, record.digest);
    let running = resume(&env.context, &local()).await.unwrap();
    assert!(running.started.is_some());
    assert_eq!(observed(&env).await, ClusterState::Running);
    assert_eq!(env.restart_policy(NODE), "on-failure");
    assert_eq!(resume(&env.context, &local()).await.unwrap().started, None, "it was running");
    pause(&env.context, ("local", CLUSTER), pause_record("2026-11-21T12:00:00Z")).await.unwrap();
    let running = ensure(&env.context, &local(), &env.source).await.unwrap();
    assert!(running.started.is_some());
    assert_eq!(observed(&env).await, ClusterState::Running);
    assert_eq!(env.calls().len(), 1);
}

#[tokio::test]
async fn missing_cluster_cannot_be_paused_or_resumed() {
    let env = TestEnv::new(HALF).await;
    let assert_refused = |failure: crate::base::failure::Failure| {
        assert_eq!(failure.kind, Kind::Cluster);
        assert!(failure.hints.iter().any(|hint| hint.contains("seasense dev")), "{failure:?}");
    };
    assert_refused(
        pause(&env.context, ("local", CLUSTER), pause_record("2026-11-21T10:00:00Z")).await.unwrap_err(),
    );
    assert_refused(resume(&env.context, &local()).await.unwrap_err());
    ensure(&env.context, &local(), &env.source).await.unwrap_err();
    assert_refused(
        pause(&env.context, ("local", CLUSTER), pause_record("2026-11-21T10:00:00Z")).await.unwrap_err(),
    );
    assert_refused(resume(&env.context, &local()).await.unwrap_err());
    assert!(env.container(NODE).exists(), "only `dev` removes an incomplete cluster");
}

#[tokio::test]
async fn silent_cluster_is_restarted_once_and_never_removed() {
    const SHORT: Duration = Duration::from_millis(300);
    let timeouts = ApiTimeouts { running: SHORT, interrupted_pause: SHORT, started: SHORT };
    let env = TestEnv::new(WHOLE).await;
    ensure(&env.context, &local(), &env.source).await.unwrap();
    env.silence(true);
    let failure = ensure_within(&env.context, &local(), &env.source, timeouts).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Cluster);
    assert!(failure.hints.iter().any(|hint| hint.contains("dev --recreate")), "{failure:?}");
    assert_eq!(env.starts(NODE), 1, "restarted once");
    assert_eq!(env.calls().len(), 1, "not created again");
    assert_eq!(observed(&env).await, ClusterState::Running);
    env.silence(false);
    let running = ensure_within(&env.context, &local(), &env.source, timeouts).await.unwrap();
    assert_eq!(running.started, None);
    assert_eq!(env.calls().len(), 1);
}

#[tokio::test]
async fn interrupted_pause_is_repaired_by_a_restart() {
    let env = TestEnv::new(WHOLE).await;
    ensure(&env.context, &local(), &env.source).await.unwrap();
    // The run was killed after it had written the pause record and stopped the API server, before it stopped
    // the node.
    pause_record("2026-11-21T10:00:00Z").write(&env.context.dirs.state(CLUSTER)).unwrap();
    env.silence_until_started(NODE);
    let timeouts = ApiTimeouts {
        running: Duration::from_mins(10),
        interrupted_pause: Duration::from_millis(100),
        started: Duration::from_secs(20),
    };
    let running = ensure_within(&env.context, &local(), &env.source, timeouts).await.unwrap();
    assert!(running.started.is_some());
    assert_eq!(PauseRecord::read(&env.context.dirs.state(CLUSTER)), None);
}

#[tokio::test]
async fn remove_is_complete_and_idempotent() {
    let env = TestEnv::new(WHOLE).await;
    ensure(&env.context, &local(), &env.source).await.unwrap();
    let removed = remove(&env.context.host(), ("local", CLUSTER), RemoveScope::Environment).await.unwrap();
    assert!(removed.containers.contains(&NODE.to_owned()));
    assert!(!env.container(NODE).exists() && !env.context.dirs.state(CLUSTER).exists());
    assert_eq!(observed(&env).await, ClusterState::Absent);
    let again = remove(&env.context.host(), ("local", CLUSTER), RemoveScope::Environment).await.unwrap();
    assert!(again.containers.is_empty() && again.folders.is_empty());
}
