//! Finds the resource that blocks a phase: from the Kustomization and its objects to the pod and its last
//! event.

use serde_json::Value;

use super::state::first_line;
use crate::base::{
    failure::Result,
    k8s::{
        Client, CrashTolerance, Health, Selector,
        exec::Target,
        flux::{Entry, Kustomization},
        health, object,
        pods::{self, PodProblem},
        resource,
    },
};

/// How many log lines of a crashed container are reported.
const LOG_LINES: u32 = 6;

/// The resource that blocks a Kustomization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Blocker {
    /// The resource, as `Kind namespace/name`.
    pub title: String,
    /// Its state and last event.
    pub detail: String,
    /// Whether it is a terminal error.
    pub terminal: bool,
    /// The last lines of a container that crashed.
    pub log: Option<String>,
}

/// Finds the resource that blocks `found`, whose own message is not specific enough.
pub(super) async fn find(
    client: &Client,
    found: &Kustomization,
    tolerance: CrashTolerance,
) -> Result<Option<Blocker>> {
    for entry in &found.objects {
        // The child Kustomizations of a phase are shown separately.
        if entry.kind == "Kustomization" {
            continue;
        }
        let Some(object) = read(client, entry).await? else { continue };
        let state = health(&entry.kind, &object);
        if state != Health::Ready {
            return explain(client, entry, (&object, state), tolerance).await.map(Some);
        }
    }
    Ok(None)
}

async fn read(client: &Client, entry: &Entry) -> Result<Option<Value>> {
    let Some(resource) = client.resource(&entry.api_version, &entry.kind).await? else { return Ok(None) };
    let namespace = Some(entry.namespace.as_str()).filter(|name| !name.is_empty());
    client.get(&resource, namespace, &entry.name).await
}

async fn explain(
    client: &Client,
    entry: &Entry,
    (object, state): (&Value, Health),
    tolerance: CrashTolerance,
) -> Result<Blocker> {
    let pods = pods_of(client, entry, object).await?;
    let not_ready = |pod: &&Value| health("Pod", pod) != Health::Ready;
    let failing = pods.iter().filter_map(|pod| Some((pod, pods::problem(pod, tolerance)?)));
    // Of several pods, one may run between two crashes, so terminal errors come first.
    if let Some((pod, problem)) = failing.max_by_key(|(_, problem)| problem.terminal) {
        return of_pod(client, pod, problem).await;
    }
    let (kind, namespace, name) = match pods.iter().find(not_ready) {
        Some(pod) => ("Pod", object::namespace(pod), object::name(pod)),
        None => (entry.kind.as_str(), entry.namespace.as_str(), entry.name.as_str()),
    };
    let event = client.last_event(kind, namespace, name).await?;
    let last_event = event.map(|event| format!("{}: {}", event.reason, first_line(&event.message)));
    let detail = match (state.text(), last_event) {
        ("", Some(event)) => event,
        (text, Some(event)) => format!("{text} ({event})"),
        (text, None) => text.to_owned(),
    };
    let terminal = matches!(state, Health::Failed(_));
    Ok(Blocker { title: object::title(kind, namespace, name), detail, terminal, log: None })
}

async fn of_pod(client: &Client, pod: &Value, problem: PodProblem) -> Result<Blocker> {
    let (namespace, name) = (object::namespace(pod), object::name(pod));
    // The log is only needed if the wait ends.
    let log = if problem.crashed && problem.terminal {
        let target = Target { namespace, pod: name, container: &problem.container };
        // The log of a removed container cannot be read. It is optional.
        client.log_tail(target, LOG_LINES, true).await.ok().filter(|log| !log.trim().is_empty())
    } else {
        None
    };
    Ok(Blocker {
        title: object::title("Pod", namespace, name),
        detail: format!("{}: {}", problem.reason, first_line(&problem.message)),
        terminal: problem.terminal,
        log,
    })
}

/// Returns the pods of `entry`; of a Deployment, those of its newest template.
async fn pods_of(client: &Client, entry: &Entry, object: &Value) -> Result<Vec<Value>> {
    let Some(selector) = selector(entry, object) else { return Ok(Vec::new()) };
    let pods = client.list(&resource::POD, Some(&entry.namespace), &Selector::labels(selector)).await?;
    Ok(pods::newest_template(pods))
}

fn selector(entry: &Entry, object: &Value) -> Option<String> {
    match entry.kind.as_str() {
        "Deployment" | "StatefulSet" | "DaemonSet" => {
            let labels = object.pointer("/spec/selector/matchLabels")?.as_object()?;
            let pairs = labels.iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_str()?)));
            Some(pairs.collect::<Vec<_>>().join(","))
        }
        "Job" => Some(format!("job-name={}", entry.name)),
        "Cluster" => Some(format!("cnpg.io/cluster={}", entry.name)),
        "Gateway" => Some(format!("gateway.envoyproxy.io/owning-gateway-name={}", entry.name)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
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

    #[tokio::test]
    async fn a_missing_image_is_found_from_the_phase() {
        let status = json!({"containerStatuses": [{"name": "main", "image": "r/backend@sha256:1", "state": {"waiting":
            {"reason": "ErrImagePull", "message": "r/backend@sha256:1: not found"}}}]});
        let blocker =
            find(&api(&status).client(), &kustomization("Deployment", "apps/v1"), CrashTolerance::Starting)
                .await
                .unwrap()
                .unwrap();
        assert_eq!(blocker.title, "Pod seasense/backend-1");
        assert_eq!(blocker.detail, "ErrImagePull: r/backend@sha256:1: no such image in its registry");
        assert!(blocker.terminal);
    }

    #[tokio::test]
    async fn the_pod_with_a_terminal_error_comes_first() {
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
            let kustomization = kustomization("Deployment", "apps/v1");
            let blocker =
                find(&api.client(), &kustomization, CrashTolerance::Starting).await.unwrap().unwrap();
            assert_eq!(blocker.title, "Pod seasense/b");
        }
    }

    #[tokio::test]
    async fn a_starting_pod_has_its_last_event() {
        let blocker = find(
            &api(&json!({})).client(),
            &kustomization("Deployment", "apps/v1"),
            CrashTolerance::Starting,
        )
        .await
        .unwrap()
        .unwrap();
        assert_eq!(blocker.title, "Pod seasense/backend-1");
        assert_eq!(blocker.detail, "0 of 1 replicas available (Pulling: Pulling image)");
        assert!(!blocker.terminal);
    }

    #[tokio::test]
    async fn an_unknown_kind_blocks_nothing() {
        let found = find(
            &api(&json!({})).client(),
            &kustomization("Gateway", "gateway.networking.k8s.io/v1"),
            CrashTolerance::Starting,
        )
        .await;
        assert_eq!(found.unwrap(), None);
    }
}
