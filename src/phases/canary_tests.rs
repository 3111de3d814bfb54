//! Trials against an API in memory.

use serde_json::json;

use super::*;
use crate::base::k8s::fake::FakeApi;

const PART: &str = "sha256:cc";
const KUSTOMIZATION: &str =
    "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/canary";
const SOURCE: &str = "/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/ocirepositories/canary";
const SHARE: &str = "/api/v1/namespaces/flux-system/configmaps/canary";
const PHASE: &str = "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/apps";
const ROUTES: &str = "/apis/gateway.networking.k8s.io/v1/namespaces/seasense/httproutes";
const DEPLOYMENT: &str = "/apis/apps/v1/namespaces/seasense/deployments/backend-canary";

/// The phase with the route, idle or not.
fn phase(ready: &str) -> Value {
    json!({"metadata": {"uid": "x", "name": "apps"}, "status": {"conditions": [{"type": "Ready", "status": ready}]}})
}

fn route(weight: u8, seen: bool) -> Value {
    json!({"metadata": {"uid": "x", "generation": 2},
        "spec": {"rules": [{"backendRefs": [{"name": "backend", "weight": 100 - weight}, {"name": "backend-canary", "weight": weight}]}]},
        "status": {"parents": [{"conditions": [{"type": "Accepted", "status": "True", "observedGeneration": 1 + i64::from(seen)}]}]}})
}

fn kustomization() -> Value {
    json!({"metadata": {"uid": "x", "name": "canary", "namespace": "flux-system", "resourceVersion": "1"}, "spec": {},
        "status": {"lastAttemptedRevision": PART, "conditions": [{"type": "Ready", "status": "True"}],
            "inventory": {"entries": [{"id": "seasense_backend-canary_apps_Deployment", "v": "v1"}]}}})
}

fn source() -> Value {
    json!({"metadata": {"uid": "x", "name": "canary", "namespace": "flux-system", "resourceVersion": "1"},
        "spec": {"ref": {"digest": PART}}})
}

fn deployment(available: u8) -> Value {
    json!({"metadata": {"uid": "x", "name": "backend-canary", "namespace": "seasense"}, "spec": {"replicas": 1},
        "status": {"replicas": 1, "updatedReplicas": 1, "availableReplicas": available}})
}

/// A cluster that gives `percent` to what is tried out.
fn sharing(percent: u8) -> FakeApi {
    let api = FakeApi::default();
    api.serve_bootstrap_kinds()
        .serve(SHARE, objects::share(percent))
        .serve(PHASE, phase("True"))
        .serve(&format!("{ROUTES}/seasense"), route(percent, true))
        .serve(&format!("{ROUTES}/seasense-canary"), route(0, true))
        .serve(KUSTOMIZATION, kustomization())
        .serve(SOURCE, source())
        .serve(DEPLOYMENT, deployment(1));
    api
}

fn changes(api: &FakeApi) -> Vec<String> {
    let path = |line: &str| line.split('?').next().unwrap_or(line).to_owned();
    let lines = api.requests().into_iter().map(|asked| path(&asked.line));
    lines.filter(|line| !line.starts_with("GET ")).collect()
}

#[tokio::test]
async fn flux_is_told_of_the_part_and_then_of_the_share_and_only_what_routes_is_asked_to_look() {
    let api = sharing(0);
    let what = ("seasense-registry:5000", PART);
    try_out(&api.client(), what, 0, "now").await.unwrap();
    assert_eq!(changes(&api), [format!("PATCH {SOURCE}"), format!("PATCH {KUSTOMIZATION}")]);
    try_out(&api.client(), what, 20, "now").await.unwrap();
    let more = [SOURCE, KUSTOMIZATION, SHARE, PHASE].map(|path| format!("PATCH {path}"));
    assert_eq!(changes(&api)[2..], more);
    let told: Vec<Value> = api
        .requests()
        .into_iter()
        .filter(|asked| asked.line.starts_with("PATCH"))
        .map(|asked| asked.body)
        .collect();
    assert_eq!(told[0]["spec"]["ref"]["digest"], PART);
    assert_eq!(
        (&told[1]["spec"]["path"], &told[1]["spec"]["prune"]),
        (&"./apps/canary".into(), &true.into())
    );
    assert_eq!(told[4]["data"], json!({"BACKEND_WEIGHT": "80", "CANARY_WEIGHT": "20"}));
    assert_eq!(told[5]["metadata"]["annotations"][REQUESTED_AT], "now");
}

#[tokio::test]
async fn its_share_counts_when_the_gateway_has_seen_it() {
    let look = async |api: &FakeApi| trial(&api.client()).await.unwrap().unwrap();
    let api = sharing(20);
    assert_eq!(look(&api).await, Trial { percent: Some(20), late: String::new(), terminal: None });
    api.serve(&format!("{ROUTES}/seasense"), route(20, false));
    assert_eq!(look(&api).await.percent, None, "the route was changed a moment ago");
    api.serve(&format!("{ROUTES}/seasense"), route(0, true));
    assert_eq!(look(&api).await.percent, None, "Flux has not changed the route yet");
}

#[tokio::test]
async fn it_is_ready_when_its_pod_answers_and_its_own_route_leads_there() {
    let look = async |api: &FakeApi| trial(&api.client()).await.unwrap().unwrap().late;
    let api = sharing(0);
    api.serve(DEPLOYMENT, deployment(0))
        .serve_list("/api/v1/namespaces/seasense/pods", &[])
        .serve_list("/api/v1/namespaces/seasense/events", &[]);
    assert_eq!(look(&api).await, "Deployment seasense/backend-canary: 0 of 1 replicas available");
    let api = sharing(0);
    api.serve(&format!("{ROUTES}/seasense-canary"), json!({"metadata": {"uid": "x"}}));
    assert_eq!(look(&api).await, "HTTPRoute seasense/seasense-canary: not accepted by its gateway");
    let mut late = kustomization();
    late["status"]["lastAttemptedRevision"] = "sha256:before".into();
    api.serve(KUSTOMIZATION, late);
    assert_eq!(look(&api).await, "Flux has not applied it yet");
}

async fn taken_away(api: &FakeApi) -> bool {
    take_away(&api.client(), "now").await.unwrap()
}

#[tokio::test]
async fn the_share_is_taken_back_before_what_had_it_goes() {
    let api = sharing(20);
    let given = [format!("PATCH {SHARE}"), format!("PATCH {PHASE}")];
    assert!(!taken_away(&api).await);
    assert_eq!(changes(&api), given);
    let api = sharing(0);
    api.serve(&format!("{ROUTES}/seasense"), route(20, true)).serve(PHASE, phase("Unknown"));
    assert!(!taken_away(&api).await);
    assert_eq!(changes(&api), [""; 0], "the gateway still sends requests there, and Flux is at it");
    api.serve(PHASE, phase("True"));
    assert!(!taken_away(&api).await);
    assert_eq!(changes(&api), given, "whoever wrote it down died before Flux was asked to look");
    let api = sharing(0);
    assert!(!taken_away(&api).await);
    assert_eq!(changes(&api), [format!("DELETE {KUSTOMIZATION}")]);
    let mut going = kustomization();
    going["metadata"]["deletionTimestamp"] = "2026-11-25T00:00:00Z".into();
    let api = sharing(0);
    api.serve(KUSTOMIZATION, going);
    assert!(!taken_away(&api).await);
    assert_eq!(changes(&api), [""; 0], "Flux removes what it has applied");
}

#[tokio::test]
async fn whoever_hands_an_artifact_over_ends_a_share() {
    let api = sharing(20);
    forget(&api.client(), "now").await.unwrap();
    assert_eq!(changes(&api), [format!("PATCH {SHARE}"), format!("PATCH {PHASE}")]);
    let api = sharing(0);
    forget(&api.client(), "now").await.unwrap();
    assert_eq!(changes(&api), [""; 0]);
}

#[tokio::test]
async fn where_nothing_is_tried_out_nothing_is_left() {
    let api = FakeApi::default();
    assert_eq!(trial(&api.client()).await.unwrap(), None, "a cluster without Flux");
    assert!(taken_away(&api).await);
    let unaware = json!({"metadata": {"uid": "x", "generation": 1}, "spec": {"rules": []},
        "status": {"parents": [{"conditions": [{"type": "Accepted", "status": "True", "observedGeneration": 1}]}]}});
    api.serve(&format!("{ROUTES}/seasense"), unaware);
    assert_eq!(trial(&api.client()).await.unwrap(), None, "one whose artifact knows no share");
    assert!(taken_away(&api).await && changes(&api).is_empty());
    api.serve(&format!("{ROUTES}/seasense"), route(0, false));
    assert_eq!(trial(&api.client()).await.unwrap(), None, "one whose gateway is down");
    assert!(taken_away(&api).await);
    api.serve(SHARE, objects::share(20));
    assert!(trial(&api.client()).await.unwrap().is_some(), "a run was killed before the gateway followed");
}
