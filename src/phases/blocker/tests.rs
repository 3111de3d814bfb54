//! Tests of finding blockers, against an API in memory.

use serde_json::json;

use super::*;
use crate::base::k8s::fake::FakeApi;

fn kustomization(kind: &str, api_version: &str) -> Kustomization {
    let entry = Entry {
        namespace: "seasense".into(),
        name: "backend".into(),
        kind: kind.into(),
        api_version: api_version.into(),
    };
    Kustomization { name: "apps".into(), objects: vec![entry], ..Kustomization::default() }
}

fn api(pod_status: &Value) -> FakeApi {
    let api = FakeApi::default();
    let pod = json!({"metadata": {"name": "backend-1", "namespace": "seasense"}, "status": pod_status});
    api.serve_backend(&[pod]).serve_list(
        "/api/v1/namespaces/seasense/events",
        &[json!({"reason": "Pulling", "message": "Pulling image", "lastTimestamp": "2026-01-01T00:00:00Z"})],
    );
    api
}

async fn one(api: &FakeApi, kind: &str, api_version: &str) -> Option<Blocker> {
    let found = kustomization(kind, api_version);
    find(&api.client(), &found, CrashTolerance::Starting).await.unwrap().into_iter().next()
}

#[tokio::test]
async fn a_missing_image_is_found_from_the_phase() {
    let status = json!({"containerStatuses": [{"name": "main", "image": "r/backend@sha256:1", "state": {"waiting":
        {"reason": "ErrImagePull", "message": "r/backend@sha256:1: not found"}}}]});
    let blocker = one(&api(&status), "Deployment", "apps/v1").await.unwrap();
    assert_eq!(blocker.title, "Pod seasense/backend-1");
    assert_eq!(blocker.detail, "ErrImagePull: r/backend@sha256:1: no such image in its registry");
    assert_eq!(blocker.outlook, Outlook::Terminal);
}

#[tokio::test]
async fn the_worst_pod_comes_first() {
    let of = |name: &str, reason: &str, message: &str| {
        let state = json!({"waiting": {"reason": reason, "message": message}});
        json!({"metadata": {"name": name, "namespace": "seasense"},
            "status": {"containerStatuses": [{"name": "main", "image": "r/x@sha256:1", "state": state}]}})
    };
    let (terminal, temporary) = ("r/x@sha256:1: not found", "secret \"x\" not found");
    let pods = [of("a", "CreateContainerConfigError", temporary), of("b", "ErrImagePull", terminal)];
    let api = api(&json!({}));
    for pods in [pods.clone(), [pods[1].clone(), pods[0].clone()]] {
        api.serve_backend(&pods);
        assert_eq!(one(&api, "Deployment", "apps/v1").await.unwrap().title, "Pod seasense/b");
    }
}

#[tokio::test]
async fn a_pod_of_another_template_blocks_nothing() {
    let crash = json!({"containerStatuses": [{"name": "main", "restartCount": 9,
        "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]});
    let api = api(&json!({}));
    api.serve_backend(&[
        json!({"metadata": {"name": "now", "namespace": "seasense", "creationTimestamp": "2026-01-01T00:00:00Z"}}),
        json!({"metadata": {"name": "former", "namespace": "seasense", "labels": {"pod-template-hash": "broken"},
            "creationTimestamp": "2026-01-01T00:09:00Z"}, "status": crash}),
    ]);
    let blocker = one(&api, "Deployment", "apps/v1").await.unwrap();
    assert_eq!((blocker.title.as_str(), blocker.outlook), ("Pod seasense/now", Outlook::Progressing));
}

#[tokio::test]
async fn a_starting_pod_has_its_last_event() {
    let blocker = one(&api(&json!({})), "Deployment", "apps/v1").await.unwrap();
    assert_eq!(blocker.title, "Pod seasense/backend-1");
    assert_eq!(blocker.detail, "0 of 1 replicas available (Pulling: Pulling image)");
    assert_eq!(blocker.outlook, Outlook::Progressing);
}

#[tokio::test]
async fn a_refused_pod_makes_its_deployment_the_blocker() {
    let refused = "pods \"backend-5d\" is forbidden: violates PodSecurity \"restricted:latest\"";
    let api = api(&json!({}));
    api.serve_backend(&[]).serve(
        "/apis/apps/v1/namespaces/seasense/deployments/backend",
        json!({"metadata": {"name": "backend", "namespace": "seasense"}, "spec": {"replicas": 1},
            "status": {"conditions": [{"type": "ReplicaFailure", "status": "True", "message": refused}]}}),
    );
    let blocker = one(&api, "Deployment", "apps/v1").await.unwrap();
    assert_eq!(blocker.title, "Deployment seasense/backend");
    assert!(blocker.detail.contains(refused), "{}", blocker.detail);
    assert_eq!(blocker.outlook, Outlook::Doubtful);
}

/// Serves an object `backend` of another kind, with its last event.
fn with_event(kind: (&str, &str, &str), object: &Value, reason: &str) -> FakeApi {
    let (api_version, name, plural) = kind;
    let api = FakeApi::default();
    api.serve_kinds(api_version, &[(name, plural, true)])
        .serve(
            &format!(
                "/api{}/{api_version}/namespaces/seasense/{plural}/backend",
                if api_version.contains('/') { "s" } else { "" }
            ),
            object.clone(),
        )
        .serve_list("/api/v1/namespaces/seasense/pods", &[])
        .serve_list(
            "/api/v1/namespaces/seasense/events",
            &[json!({"reason": reason, "message": "storageclass not found"})],
        );
    api
}

#[tokio::test]
async fn a_volume_that_cannot_be_provided_is_doubtful() {
    let kind = ("v1", "PersistentVolumeClaim", "persistentvolumeclaims");
    let pending = json!({"status": {"phase": "Pending"}});
    for (reason, outlook) in
        [("ProvisioningFailed", Outlook::Doubtful), ("WaitForFirstConsumer", Outlook::Waiting)]
    {
        let blocker = one(&with_event(kind, &pending, reason), "PersistentVolumeClaim", "v1").await.unwrap();
        assert_eq!(
            (blocker.title.as_str(), blocker.outlook),
            ("PersistentVolumeClaim seasense/backend", outlook)
        );
        assert_eq!(blocker.detail, format!("Pending ({reason}: storageclass not found)"));
    }
}

#[tokio::test]
async fn a_failed_job_is_terminal() {
    let failed =
        json!({"status": {"conditions": [{"type": "Failed", "status": "True", "message": "backoff limit"}]}});
    let blocker =
        one(&with_event(("batch/v1", "Job", "jobs"), &failed, "x"), "Job", "batch/v1").await.unwrap();
    assert_eq!((blocker.title.as_str(), blocker.outlook), ("Job seasense/backend", Outlook::Terminal));
}

#[tokio::test]
async fn a_route_to_a_missing_service_is_doubtful() {
    let route = json!({"status": {"parents": [{"conditions": [{"type": "Accepted", "status": "True"},
        {"type": "ResolvedRefs", "status": "False", "message": "Service seasense/gone not found"}]}]}});
    let kind = ("gateway.networking.k8s.io/v1", "HTTPRoute", "httproutes");
    let blocker = one(&with_event(kind, &route, "x"), "HTTPRoute", kind.0).await.unwrap();
    assert_eq!(blocker.outlook, Outlook::Doubtful);
    assert!(blocker.detail.starts_with("Service seasense/gone not found"));
}

#[tokio::test]
async fn an_unknown_kind_blocks_nothing() {
    assert_eq!(one(&api(&json!({})), "Gateway", "gateway.networking.k8s.io/v1").await, None);
}
