//! Tests of following, against an API in memory.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use serde_json::{Value, json};

use super::*;
use crate::{
    base::{
        digest::digest,
        event::{Event, Sink},
        k8s::fake::FakeApi,
    },
    phases::example,
};

static DIGEST: LazyLock<Digest> = LazyLock::new(|| digest('a'));
const KUSTOMIZATIONS: &str = "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations";
const SOURCES: &str = "/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/ocirepositories";

#[derive(Default)]
struct Recorder(std::sync::Mutex<Vec<Event>>);

impl Sink for Recorder {
    fn emit(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

fn status(revision: &str, ready: (&str, &str, &str)) -> Value {
    json!({"observedGeneration": 1, "lastAppliedRevision": revision, "lastAttemptedRevision": **DIGEST,
        "conditions": [{"type": "Ready", "status": ready.0, "reason": ready.1, "message": ready.2}]})
}

fn whole(revision: &str) -> Vec<Value> {
    example::objects(|_| status(revision, ("True", "ReconciliationSucceeded", "Applied revision")))
}

/// Replaces the status of a Kustomization; the root keeps its inventory.
fn set(items: &mut [Value], name: &str, revision: &str, ready: (&str, &str, &str)) {
    let item = items.iter_mut().find(|item| item["metadata"]["name"] == name).unwrap();
    let inventory = item["status"]["inventory"].take();
    item["status"] = status(revision, ready);
    item["status"]["inventory"] = inventory;
}

fn api(items: &[Value]) -> FakeApi {
    let api = FakeApi::default();
    api.serve_list(KUSTOMIZATIONS, items).serve_list(
        SOURCES,
        &[json!({"metadata": {"name": ROOT}, "status": {"artifact": {"revision": **DIGEST},
            "conditions": [{"type": "Ready", "status": "True", "reason": "Succeeded"}]}})],
    );
    api
}

async fn run(api: &FakeApi, limit: Duration) -> (Result<Vec<PhaseState>>, Vec<Event>) {
    let recorder = Arc::new(Recorder::default());
    let events: Events = recorder.clone();
    let what = Follow { digest: &DIGEST, deadline: Deadline::after(limit) };
    let result = follow(&api.client(), what, &events).await;
    let seen = recorder.0.lock().unwrap().clone();
    (result, seen)
}

#[tokio::test]
async fn ready_at_the_digest_ends_the_wait() {
    let (states, _) = run(&api(&whole(&DIGEST)), Duration::from_secs(5)).await;
    assert_eq!(states.unwrap().iter().filter(|phase| phase.ready).count(), 4);
}

#[tokio::test]
async fn ready_at_an_earlier_digest_does_not_end_the_wait() {
    let (result, events) = run(&api(&whole(&digest('b'))), Duration::from_millis(100)).await;
    assert_eq!(result.unwrap_err().kind, Kind::TimedOut);
    let waited = events.iter().any(|event| {
        matches!(event, Event::Waiting { parts, .. }
        if parts.iter().any(|part| part.part == "apps" && part.detail == "still runs an earlier artifact"))
    });
    assert!(waited, "{events:?}");
}

#[tokio::test]
async fn a_failed_build_ends_the_wait_at_once() {
    let mut items = whole(&DIGEST);
    set(&mut items, "apps", &digest('b'), ("False", "BuildFailed", "kustomize build failed: bad YAML"));
    let (result, _) = run(&api(&items), Duration::from_mins(1)).await;
    let failure = result.unwrap_err();
    assert_eq!(failure.kind, Kind::Phase);
    assert_eq!(failure.message, "phase `apps` cannot become ready");
    assert_eq!(failure.causes, ["kustomize build failed: bad YAML"]);
}

#[tokio::test]
async fn an_unknown_digest_ends_the_wait_at_once() {
    let api = FakeApi::default();
    api.serve_list(KUSTOMIZATIONS, &[]).serve_list(
        SOURCES,
        &[json!({"metadata": {"name": "apps-0123456789ab"}, "status": {"conditions": [{"type": "Ready", "status": "False",
            "reason": "OCIArtifactPullFailed", "message": "MANIFEST_UNKNOWN: manifest unknown"}]}})],
    );
    let (result, _) = run(&api, Duration::from_mins(1)).await;
    assert_eq!(result.unwrap_err().message, "the artifact cannot be fetched");
}

#[tokio::test]
async fn only_unready_kustomizations_get_a_request() {
    let mut items = whole(&DIGEST);
    set(&mut items, "infrastructure-core", &digest('b'), ("False", "HealthCheckFailed", "timeout"));
    // It is ready, so it reconciles when its component changes.
    set(&mut items, "cert-manager", &digest('b'), ("True", "ReconciliationSucceeded", ""));
    let api = api(&items);
    request_reconcile(&api.client(), "run-1").await.unwrap();
    let patched: Vec<String> = api
        .requests()
        .into_iter()
        .map(|request| request.line)
        .filter(|line| line.starts_with("PATCH"))
        .collect();
    assert_eq!(patched.len(), 2, "{patched:?}");
    assert!(patched[1].contains("/kustomizations/infrastructure-core"));
    request_reconcile_all(&api.client(), "run-2").await.unwrap();
    assert_eq!(
        api.requests().iter().filter(|request| request.line.starts_with("PATCH")).count(),
        2 + 1 + items.len()
    );
}

/// Returns a cluster whose backend crashed twice and is in back-off. `earlier` is the digest that was applied
/// last.
fn crashing(earlier: &str) -> FakeApi {
    let mut items = whole(&DIGEST);
    set(&mut items, "apps", earlier, ("Unknown", "Progressing", "Reconciliation in progress"));
    let apps = items.iter_mut().find(|item| item["metadata"]["name"] == "apps").unwrap();
    apps["status"]["inventory"] = json!({"entries": [{"id": "seasense_backend_apps_Deployment", "v": "v1"}]});
    apps["status"]["conditions"]
        .as_array_mut()
        .unwrap()
        .push(json!({"type": "Reconciling", "status": "True",
        "message": "Running health checks for revision x with a timeout of 5m0s"}));
    let api = api(&items);
    api.serve_backend(&[
        json!({"metadata": {"name": "backend-1", "namespace": "seasense"}, "status": {"containerStatuses": [
        {"name": "backend", "restartCount": 2, "state": {"waiting": {"reason": "CrashLoopBackOff"}},
            "lastState": {"terminated": {"reason": "Error", "exitCode": 101}}}]}}),
    ]);
    api
}

#[tokio::test]
async fn a_crash_loop_is_terminal_sooner_after_an_earlier_artifact() {
    let failure = terminal_error(&crashing(&digest('b')).client(), &DIGEST).await.unwrap().unwrap();
    assert_eq!(failure.message, "phase `apps` cannot become ready");
    assert!(failure.causes[0].contains("ended with code 101 (Error), restarted 2 times"), "{failure:?}");
    assert_eq!(terminal_error(&crashing("").client(), &DIGEST).await.unwrap(), None);
    let (result, _) = run(&crashing(&digest('b')), Duration::from_millis(100)).await;
    assert_eq!(result.unwrap_err().kind, Kind::TimedOut, "`seasense dev` still waits");
}

#[tokio::test]
async fn a_missing_dependency_ends_the_wait_at_once() {
    let mut items = whole(&DIGEST);
    let text = "dependency 'flux-system/databse' not found";
    set(&mut items, "apps", &digest('b'), ("False", "DependencyNotReady", text));
    let apps = items.iter_mut().find(|item| item["metadata"]["name"] == "apps").unwrap();
    apps["spec"]["dependsOn"] = json!([{"name": "databse"}]);
    let failure = run(&api(&items), Duration::from_mins(1)).await.0.unwrap_err();
    assert_eq!(failure.causes, ["Kustomization apps: it depends on `databse`, which does not exist"]);
}

#[tokio::test]
async fn all_failed_phases_are_listed_at_the_end() {
    let mut items = whole(&DIGEST);
    let refused = "Deployment/seasense/backend dry-run failed (Invalid): spec.replicas: Invalid value";
    set(&mut items, "apps", &digest('b'), ("False", "ReconciliationFailed", refused));
    set(&mut items, "secrets", &digest('b'), ("False", "BuildFailed", "decryption failed for 'tokens'"));
    let failure = run(&api(&items), Duration::from_mins(1)).await.0.unwrap_err();
    assert_eq!(failure.message, "2 phases cannot become ready: `apps`, `secrets`");
    assert_eq!(
        failure.causes,
        [format!("apps: {refused}"), "secrets: decryption failed for 'tokens'".into()]
    );
}

#[tokio::test]
async fn a_failure_at_the_deadline_has_no_advice_to_wait() {
    let mut items = whole(&DIGEST);
    let late = "Widget/seasense/x dry-run failed: no matches for kind \"Widget\" in version \"example/v1\"";
    set(&mut items, "apps", &digest('b'), ("False", "ReconciliationFailed", late));
    let failure = run(&api(&items), Duration::from_millis(100)).await.0.unwrap_err();
    assert_eq!((failure.kind, failure.causes), (Kind::TimedOut, vec![late.to_owned()]));
    assert!(failure.hints.iter().all(|hint| !hint.contains("continue waiting")), "{:?}", failure.hints);
}

#[tokio::test]
async fn a_phase_names_the_resource_that_blocks_it() {
    let api = crashing(&digest('b'));
    let found = kustomizations(&api.client()).await.unwrap();
    let states = states_with_blockers(&api.client(), &found, Some(&DIGEST)).await.unwrap();
    let apps = states.iter().find(|state| state.name == "apps").unwrap();
    assert!(
        apps.blocker.as_ref().unwrap().starts_with("Pod seasense/backend-1: CrashLoopBackOff"),
        "{apps:?}"
    );
}
