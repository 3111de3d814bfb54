//! Finds the resources that block a phase: from the Kustomization and its objects to the pod and its last
//! event.

use std::fmt;

use serde_json::Value;

use super::state::first_line;
use crate::base::{
    failure::Result,
    k8s::{
        Client, CrashTolerance, EventNote, Health, Outlook,
        flux::{Entry, Kustomization},
        has_health, health, last_words, object, owned_pods,
        pods::{self, PodProblem},
        replica_failure,
    },
};

/// How many log lines of a crashed container are reported.
const LOG_LINES: u32 = 6;
/// The reasons of events that say that a controller cannot create what it must.
const CANNOT_CREATE: [&str; 3] = ["FailedCreate", "ProvisioningFailed", "FailedBinding"];

/// A resource that blocks a Kustomization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Blocker {
    /// The resource, as `Kind namespace/name`.
    pub title: String,
    /// Its state and last event.
    pub detail: String,
    /// Whether waiting can help.
    pub outlook: Outlook,
    /// The last lines of a container that crashed.
    pub log: Option<String>,
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.title, self.detail)
    }
}

/// Finds the resources that block `found`, whose own message is not specific enough; the worst first.
pub(super) async fn find(
    client: &Client,
    found: &Kustomization,
    tolerance: CrashTolerance,
) -> Result<Vec<Blocker>> {
    let mut blockers: Vec<Blocker> = Vec::new();
    // The child Kustomizations of a phase are shown separately.
    let entries =
        found.objects.iter().filter(|entry| entry.kind != "Kustomization" && has_health(&entry.kind));
    for entry in entries {
        let Some(object) = read(client, entry).await? else { continue };
        let state = health(&entry.kind, &object);
        if state == Health::Ready {
            continue;
        }
        let blocker = explain(client, entry, (&object, state), tolerance).await?;
        // An object may be applied and checked, and a pod may belong to two objects.
        if !blockers.iter().any(|known| known.title == blocker.title) {
            blockers.push(blocker);
        }
    }
    blockers.sort_by_key(|blocker| std::cmp::Reverse(blocker.outlook));
    Ok(blockers)
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
    let pods = owned_pods(client, &entry.kind, object).await?;
    // A Job that has failed does not run its pods again.
    let least = if matches!(state, Health::Failed(_)) { Outlook::Terminal } else { Outlook::Waiting };
    let troubled = pods.iter().filter_map(|pod| Some((pod, pods::problem(pod, tolerance)?)));
    // Of several pods, one may run between two crashes, so the worst comes first.
    if let Some((pod, mut trouble)) = troubled.max_by_key(|(_, trouble)| trouble.outlook) {
        trouble.outlook = trouble.outlook.max(least);
        return Ok(of_pod(client, pod, trouble).await);
    }
    let starting = pods.iter().find(|pod| health("Pod", pod) != Health::Ready);
    let refused = entry.kind == "Deployment" && replica_failure(object).is_some();
    let (kind, namespace, name) = match starting {
        Some(pod) if !refused => ("Pod", object::namespace(pod), object::name(pod)),
        _ => (entry.kind.as_str(), entry.namespace.as_str(), entry.name.as_str()),
    };
    let event = client.last_event(kind, namespace, name).await?;
    let outlook = match &event {
        _ if refused || is_unresolved(&entry.kind, object) => Outlook::Doubtful,
        Some(event) if CANNOT_CREATE.contains(&event.reason.as_str()) => Outlook::Doubtful,
        _ if starting.is_some() => Outlook::Progressing,
        _ => Outlook::Waiting,
    };
    let detail = detail(state.text(), event.as_ref());
    Ok(Blocker {
        title: object::title(kind, namespace, name),
        detail,
        outlook: outlook.max(least),
        log: None,
    })
}

/// Whether a route names a Service that does not exist.
fn is_unresolved(kind: &str, route: &Value) -> bool {
    let mut parents = object::list(route, "/status/parents").iter();
    let unresolved =
        |condition: &Value| condition["type"] == "ResolvedRefs" && condition["status"] == "False";
    kind == "HTTPRoute" && parents.any(|parent| object::list(parent, "/conditions").iter().any(unresolved))
}

fn detail(state: &str, event: Option<&EventNote>) -> String {
    let last_event = event.map(|event| format!("{}: {}", event.reason, first_line(&event.message)));
    match (state, last_event) {
        ("", Some(event)) => event,
        // The state of a Deployment repeats the event of its ReplicaSet.
        (text, Some(event)) if event.contains(text) => event,
        (text, Some(event)) => format!("{text} ({event})"),
        ("", None) => "not ready".to_owned(),
        (text, None) => text.to_owned(),
    }
}

async fn of_pod(client: &Client, pod: &Value, trouble: PodProblem) -> Blocker {
    let (namespace, name) = (object::namespace(pod), object::name(pod));
    // The log is only needed if the wait ends.
    let log = if trouble.crashed && trouble.outlook.fails() {
        last_words(client, pod, &trouble.container, LOG_LINES).await
    } else {
        None
    };
    Blocker {
        title: object::title("Pod", namespace, name),
        detail: format!("{}: {}", trouble.reason, first_line(&trouble.message)),
        outlook: trouble.outlook,
        log,
    }
}

#[cfg(test)]
mod tests;
