//! Tests of following, against an API in memory.

use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};

use super::*;
use crate::{
    base::{
        digest::digest,
        event::{Event, Sink},
        k8s::fake::FakeApi,
    },
    phases::PHASES,
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

fn kustomization(name: &str, revision: &str, ready: (&str, &str, &str)) -> Value {
    json!({"metadata": {"name": name, "generation": 1}, "spec": {},
        "status": {"observedGeneration": 1, "lastAppliedRevision": revision, "lastAttemptedRevision": **DIGEST,
            "conditions": [{"type": "Ready", "status": ready.0, "reason": ready.1, "message": ready.2}]}})
}

fn whole(revision: &str) -> Vec<Value> {
    let ready = ("True", "ReconciliationSucceeded", "Applied revision");
    let names =
        PHASES.iter().flat_map(|phase| std::iter::once(phase.name).chain(phase.children.iter().copied()));
    std::iter::once(ROOT).chain(names).map(|name| kustomization(name, revision, ready)).collect()
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
    items.pop();
    items.push(kustomization(
        "apps",
        &digest('b'),
        ("False", "BuildFailed", "kustomize build failed: bad YAML"),
    ));
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
    items[1] = kustomization("infrastructure-core", &digest('b'), ("False", "HealthCheckFailed", "timeout"));
    // It is ready, so it reconciles when its component changes.
    items[2] = kustomization("cert-manager", &digest('b'), ("True", "ReconciliationSucceeded", ""));
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
    let mut apps = kustomization("apps", earlier, ("Unknown", "Progressing", "Running health checks"));
    apps["status"]["inventory"] = json!({"entries": [{"id": "seasense_backend_apps_Deployment", "v": "v1"}]});
    *items.last_mut().unwrap() = apps;
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

#[test]
fn a_blocker_blocks_since_its_first_observation() {
    let found = [Kustomization { name: "data".into(), ..Kustomization::default() }];
    let by = |title: &str, detail: &str| {
        let (title, detail) = (title.to_owned(), detail.to_owned());
        BTreeMap::from([("data".to_owned(), Blocker { title, detail, terminal: false, log: None })])
    };
    let mut memory = Memory::default();
    let seen = [
        (1, by("Pod a/b", "pulling"), 1),
        (5, by("Pod a/b", "starting"), 1),
        (9, by("Pod a/c", "pulling"), 9),
    ];
    for (now, blockers, since) in seen {
        memory.add(&found, blockers, Duration::from_secs(now));
        assert_eq!(memory.block("data").since, Duration::from_secs(since));
    }
    assert_eq!(memory.block("data").resource, Some(("Pod a/c".to_owned(), "pulling".to_owned())));
}
