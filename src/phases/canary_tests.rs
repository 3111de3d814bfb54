//! Tests of canaries, against an API in memory.

use std::sync::LazyLock;

use serde_json::json;

use super::*;
use crate::base::{digest::digest, k8s::fake::FakeApi};

static COMPONENT: LazyLock<Digest> = LazyLock::new(|| digest('c'));
const KUSTOMIZATION: &str =
    "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/canary";
const SOURCE: &str = "/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/ocirepositories/canary";
const SHARE: &str = "/api/v1/namespaces/flux-system/configmaps/canary";
const PHASE: &str = "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/apps";
const ROUTES: &str = "/apis/gateway.networking.k8s.io/v1/namespaces/seasense/httproutes";
const DEPLOYMENT: &str = "/apis/apps/v1/namespaces/seasense/deployments/backend-canary";

/// Returns the phase with the route, `ready` or reconciling.
fn phase(ready: &str) -> Value {
    json!({"metadata": {"uid": "x", "name": "apps"}, "status": {"conditions": [{"type": "Ready", "status": ready}],
        "inventory": {"entries": [{"id": "seasense_seasense_gateway.networking.k8s.io_HTTPRoute", "v": "v1"}]}}})
}

fn serve_phase(api: &FakeApi, ready: &str) {
    let list = PHASE.strip_suffix("/apps").unwrap();
    api.serve(PHASE, phase(ready)).serve_list(list, &[phase(ready)]);
}

fn route(weight: u8, accepted: bool) -> Value {
    json!({"metadata": {"uid": "x", "generation": 2},
        "spec": {"rules": [{"backendRefs": [{"name": "backend", "weight": 100 - weight}, {"name": "backend-canary", "weight": weight}]}]},
        "status": {"parents": [{"conditions": [{"type": "Accepted", "status": "True", "observedGeneration": 1 + i64::from(accepted)},
            {"type": "ResolvedRefs", "status": "True", "observedGeneration": 1 + i64::from(accepted)}]}]}})
}

fn kustomization() -> Value {
    json!({"metadata": {"uid": "x", "name": "canary", "namespace": "flux-system", "resourceVersion": "1"}, "spec": {},
        "status": {"lastAttemptedRevision": **COMPONENT, "conditions": [{"type": "Ready", "status": "True"}],
            "inventory": {"entries": [{"id": "seasense_backend-canary_apps_Deployment", "v": "v1"}]}}})
}

fn source() -> Value {
    json!({"metadata": {"uid": "x", "name": "canary", "namespace": "flux-system", "resourceVersion": "1"},
        "spec": {"ref": {"digest": **COMPONENT}}})
}

fn deployment(available: u8) -> Value {
    json!({"metadata": {"uid": "x", "name": "backend-canary", "namespace": "seasense"}, "spec": {"replicas": 1},
        "status": {"replicas": 1, "updatedReplicas": 1, "availableReplicas": available}})
}

/// Returns a cluster with a canary that gets `percent` of the requests.
fn sharing(percent: u8) -> FakeApi {
    let api = FakeApi::default();
    api.serve_bootstrap_kinds()
        .serve(SHARE, objects::traffic_share(percent))
        .serve(&format!("{ROUTES}/seasense"), route(percent, true))
        .serve(&format!("{ROUTES}/seasense-canary"), route(0, true))
        .serve(KUSTOMIZATION, kustomization())
        .serve(SOURCE, source())
        .serve(DEPLOYMENT, deployment(1));
    serve_phase(&api, "True");
    api
}

fn changes(api: &FakeApi) -> Vec<String> {
    let path = |line: &str| line.split('?').next().unwrap_or(line).to_owned();
    let lines = api.requests().into_iter().map(|request| path(&request.line));
    lines.filter(|line| !line.starts_with("GET ")).collect()
}

#[tokio::test]
async fn canary_is_applied_before_its_traffic_share() {
    let api = sharing(0);
    let component = ("seasense-registry:5000", &*COMPONENT);
    apply_canary(&api.client(), component, 0, "now").await.unwrap();
    assert_eq!(changes(&api), [format!("PATCH {SOURCE}"), format!("PATCH {KUSTOMIZATION}")]);
    apply_canary(&api.client(), component, 20, "now").await.unwrap();
    let with_share = [SOURCE, KUSTOMIZATION, SHARE, PHASE].map(|path| format!("PATCH {path}"));
    assert_eq!(changes(&api)[2..], with_share);
    let bodies: Vec<Value> = api
        .requests()
        .into_iter()
        .filter(|request| request.line.starts_with("PATCH"))
        .map(|request| request.body)
        .collect();
    assert_eq!(bodies[0]["spec"]["ref"]["digest"], **COMPONENT);
    assert_eq!(bodies[1]["spec"]["path"], "./apps/canary");
    assert_eq!(bodies[1]["spec"]["prune"], true);
    assert_eq!(bodies[4]["data"], json!({"BACKEND_WEIGHT": "80", "CANARY_WEIGHT": "20"}));
    assert_eq!(bodies[5]["metadata"]["annotations"][REQUESTED_AT], "now");
}

#[tokio::test]
async fn a_share_counts_after_the_gateway_has_accepted_it() {
    let observe = async |api: &FakeApi| canary_state(&api.client()).await.unwrap().unwrap();
    let api = sharing(20);
    assert_eq!(
        observe(&api).await,
        CanaryState { percent: Some(20), waiting_for: String::new(), terminal: None }
    );
    api.serve(&format!("{ROUTES}/seasense"), route(20, false));
    assert_eq!(observe(&api).await.percent, None, "the gateway has not accepted the changed route yet");
    api.serve(&format!("{ROUTES}/seasense"), route(0, true));
    assert_eq!(observe(&api).await.percent, None, "Flux has not changed the route yet");
}

#[tokio::test]
async fn a_canary_is_ready_with_its_pod_and_its_own_route() {
    let observe = async |api: &FakeApi| canary_state(&api.client()).await.unwrap().unwrap().waiting_for;
    let api = sharing(0);
    api.serve(DEPLOYMENT, deployment(0))
        .serve_list("/api/v1/namespaces/seasense/pods", &[])
        .serve_list("/api/v1/namespaces/seasense/events", &[]);
    assert_eq!(observe(&api).await, "Deployment seasense/backend-canary: 0 of 1 replicas available");
    let api = sharing(0);
    api.serve(&format!("{ROUTES}/seasense-canary"), json!({"metadata": {"uid": "x"}}));
    assert_eq!(observe(&api).await, "HTTPRoute seasense/seasense-canary: not accepted by its gateway");
    let mut late = kustomization();
    late["status"]["lastAttemptedRevision"] = digest('b').to_string().into();
    api.serve(KUSTOMIZATION, late);
    assert_eq!(observe(&api).await, "Flux has not applied it yet");
}

async fn removed(api: &FakeApi) -> bool {
    remove_canary(&api.client(), "now").await.unwrap()
}

#[tokio::test]
async fn the_share_is_removed_before_the_canary() {
    let api = sharing(20);
    let reset = [format!("PATCH {SHARE}"), format!("PATCH {PHASE}")];
    assert!(!removed(&api).await);
    assert_eq!(changes(&api), reset);
    let api = sharing(0);
    api.serve(&format!("{ROUTES}/seasense"), route(20, true));
    serve_phase(&api, "Unknown");
    assert!(!removed(&api).await);
    assert_eq!(changes(&api), [""; 0], "Flux is reconciling the route");
    serve_phase(&api, "True");
    assert!(!removed(&api).await);
    assert_eq!(changes(&api), reset, "an interrupted run requested no reconciliation");
    let api = sharing(0);
    assert!(!removed(&api).await);
    assert_eq!(changes(&api), [format!("DELETE {KUSTOMIZATION}")]);
    let mut deleting = kustomization();
    deleting["metadata"]["deletionTimestamp"] = "2026-11-25T00:00:00Z".into();
    let api = sharing(0);
    api.serve(KUSTOMIZATION, deleting);
    assert!(!removed(&api).await);
    assert_eq!(changes(&api), [""; 0], "Flux is removing its objects");
}

#[tokio::test]
async fn a_deployment_ends_a_share() {
    let api = sharing(20);
    reset_weight(&api.client(), "now").await.unwrap();
    assert_eq!(changes(&api), [format!("PATCH {SHARE}"), format!("PATCH {PHASE}")]);
    let api = sharing(0);
    reset_weight(&api.client(), "now").await.unwrap();
    assert_eq!(changes(&api), [""; 0]);
}

#[tokio::test]
async fn no_canary_is_found_without_its_objects() {
    let api = FakeApi::default();
    assert_eq!(canary_state(&api.client()).await.unwrap(), None, "a cluster without Flux");
    assert!(removed(&api).await);
    let without_canary = json!({"metadata": {"uid": "x", "generation": 1}, "spec": {"rules": []},
        "status": {"parents": [{"conditions": [{"type": "Accepted", "status": "True", "observedGeneration": 1}]}]}});
    api.serve(&format!("{ROUTES}/seasense"), without_canary);
    assert_eq!(canary_state(&api.client()).await.unwrap(), None, "an artifact without canary support");
    assert!(removed(&api).await && changes(&api).is_empty());
    api.serve(&format!("{ROUTES}/seasense"), route(0, false));
    assert_eq!(canary_state(&api.client()).await.unwrap(), None, "the gateway is down");
    assert!(removed(&api).await);
    api.serve(SHARE, objects::traffic_share(20));
    assert!(
        canary_state(&api.client()).await.unwrap().is_some(),
        "a run was killed before the gateway applied the share"
    );
}
