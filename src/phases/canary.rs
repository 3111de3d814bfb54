//! The canary: the backend of another artifact next to the current one, and its traffic share.

use serde_json::Value;

use super::{
    blocker::{self, Blocker},
    follow,
    objects::{self, CANARY},
    reported_error, source, trouble,
};
use crate::base::{
    digest::Digest,
    failure::Result,
    k8s::{
        Client, CrashTolerance, Health,
        flux::{Entry, Kustomization, NAMESPACE, REQUESTED_AT, Source},
        health, object, resource,
    },
};

/// The namespace of the workloads, the route of the API, and the canary's Deployment.
const APPS: &str = "seasense";
const ROUTE: &str = "seasense";
const BACKEND: &str = "backend-canary";
/// The variable with the traffic share.
const WEIGHT: &str = "CANARY_WEIGHT";

/// The observed state of a canary.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CanaryState {
    /// The traffic share in percent that the gateway has applied; `None` while it changes.
    pub percent: Option<u8>,
    /// What it waits for; empty if it is ready.
    pub waiting_for: String,
    /// A terminal error, if there is one.
    pub terminal: Option<String>,
}

/// The objects of a canary in the cluster.
struct CanaryObjects {
    share: Option<Value>,
    route: Option<Value>,
    kustomization: Option<Value>,
    source: Option<Value>,
}

impl CanaryObjects {
    /// Returns whether all objects of the canary except its traffic share are removed. A gateway that is down
    /// for another reason must not block a run.
    const fn is_gone(&self) -> bool {
        self.kustomization.is_none() && self.source.is_none()
    }
}

/// Applies the backend of `component`, a component of another artifact, through Flux and sets its traffic share
/// to `percent`. `request` must differ from the last one, for example the time.
pub async fn apply_canary(
    client: &Client,
    (registry, component): (&str, &Digest),
    percent: u8,
    request: &str,
) -> Result<()> {
    client.apply(&objects::canary_source(registry, component)).await?;
    client.apply(&objects::canary()).await?;
    if percent > 0 { set_weight(client, percent, request).await } else { Ok(()) }
}

/// Observes the canary; `None` if no object and no traffic share of one exists.
pub async fn canary_state(client: &Client) -> Result<Option<CanaryState>> {
    let found = find(client).await?;
    let (desired, applied) = (desired_weight(found.share.as_ref()), applied_weight(found.route.as_ref()));
    let percent = applied.filter(|applied| *applied == desired);
    let (Some(kustomization), Some(source)) = (&found.kustomization, &found.source) else {
        let remains = !found.is_gone() || desired > 0 || applied.is_some_and(|applied| applied > 0);
        let waiting_for = "its Kustomization or source does not exist".to_owned();
        return Ok(remains.then_some(CanaryState { percent, waiting_for, terminal: None }));
    };
    let (waiting_for, terminal) = match waiting_for(client, kustomization, source).await? {
        None => (String::new(), None),
        Some(reason) => (reason, terminal_error(client, kustomization, source).await?),
    };
    Ok(Some(CanaryState { percent, waiting_for, terminal }))
}

/// Sets the traffic share to 0 and, after the gateway has applied that, removes the canary. Each call does one
/// step. Returns whether the canary is removed. `request` must differ from the last one.
///
/// In this order no request reaches a backend that is being removed.
pub async fn remove_canary(client: &Client, request: &str) -> Result<bool> {
    let found = find(client).await?;
    match (desired_weight(found.share.as_ref()), applied_weight(found.route.as_ref())) {
        (0, Some(0)) => {}
        (0, None) => return Ok(found.is_gone()),
        // An interrupted run may have set the weight without requesting a reconciliation. `set_weight` does
        // both.
        (0, Some(_)) if is_reconciling(client).await? => return Ok(false),
        _ => return set_weight(client, 0, request).await.map(|()| false),
    }
    match (&found.kustomization, &found.source) {
        (Some(kustomization), _) => {
            // A finalizer makes Flux remove the applied objects first.
            if kustomization.pointer("/metadata/deletionTimestamp").is_none() {
                client.delete(&resource::KUSTOMIZATION, kustomization).await?;
            }
            Ok(false)
        }
        (None, Some(source)) => client.delete(&resource::OCI_REPOSITORY, source).await,
        (None, None) => Ok(true),
    }
}

async fn find(client: &Client) -> Result<CanaryObjects> {
    let (share, route, kustomization, source) = tokio::try_join!(
        client.get(&resource::CONFIG_MAP, Some(NAMESPACE), CANARY),
        client.get(&resource::HTTP_ROUTE, Some(APPS), ROUTE),
        client.get(&resource::KUSTOMIZATION, Some(NAMESPACE), CANARY),
        client.get(&resource::OCI_REPOSITORY, Some(NAMESPACE), CANARY),
    )?;
    Ok(CanaryObjects { share, route, kustomization, source })
}

/// Sets the traffic share and requests a reconciliation of the route.
pub(super) async fn set_weight(client: &Client, percent: u8, request: &str) -> Result<()> {
    client.apply(&objects::traffic_share(percent)).await?;
    // Without a phase that applies the route, nothing has a traffic share.
    let Some(phase) = phase_of_route(client).await? else { return Ok(()) };
    client.annotate(&resource::KUSTOMIZATION, NAMESPACE, &phase.name, (REQUESTED_AT, request)).await
}

/// Returns the phase that applied the route that splits the requests.
async fn phase_of_route(client: &Client) -> Result<Option<Kustomization>> {
    let is_route =
        |entry: &Entry| (entry.kind == "HTTPRoute", &*entry.namespace, &*entry.name) == (true, APPS, ROUTE);
    let found = follow::kustomizations(client).await?;
    Ok(found.into_iter().find(|phase| phase.objects.iter().any(is_route)))
}

/// Returns whether Flux is reconciling the route.
async fn is_reconciling(client: &Client) -> Result<bool> {
    Ok(phase_of_route(client).await?.is_some_and(|phase| !phase.ready))
}

/// Sets a traffic share to 0, if there is one, without waiting.
pub(super) async fn reset_weight(client: &Client, request: &str) -> Result<()> {
    let share = client.get(&resource::CONFIG_MAP, Some(NAMESPACE), CANARY).await?;
    if desired_weight(share.as_ref()) > 0 { set_weight(client, 0, request).await } else { Ok(()) }
}

/// Returns the traffic share in the ConfigMap.
fn desired_weight(share: Option<&Value>) -> u8 {
    let weight = share.and_then(|share| share["data"][WEIGHT].as_str());
    weight.and_then(|weight| weight.parse().ok()).unwrap_or(0)
}

/// Returns the traffic share that the gateway has applied; `None` while it has not accepted the current route.
fn applied_weight(route: Option<&Value>) -> Option<u8> {
    let Some(route) = route else { return Some(0) };
    let generation = object::number(route, "/metadata/generation");
    let conditions = |parent: &Value| object::list(parent, "/conditions").to_vec();
    let mut accepted = object::list(route, "/status/parents").iter().flat_map(conditions);
    accepted
        .any(|one| one["type"] == "Accepted" && object::number(&one, "/observedGeneration") >= generation)
        .then_some(())?;
    let rules = object::list(route, "/spec/rules").iter();
    let mut backends = rules.flat_map(|rule| object::list(rule, "/backendRefs"));
    let weight =
        backends.find(|backend| backend["name"] == BACKEND).map_or(0, |one| object::number(one, "/weight"));
    u8::try_from(weight).ok()
}

/// Describes what the canary waits for; `None` if it can serve requests.
async fn waiting_for(client: &Client, kustomization: &Value, source: &Value) -> Result<Option<String>> {
    let own_route = format!("{ROUTE}-canary");
    let (deployment, route) = tokio::try_join!(
        client.get(&resource::DEPLOYMENT, Some(APPS), BACKEND),
        client.get(&resource::HTTP_ROUTE, Some(APPS), &own_route),
    )?;
    let flux = Kustomization::read(kustomization);
    let is_attempted = component(source).is_some_and(|digest| flux.attempted_at(&digest));
    if !is_attempted || flux.objects.is_empty() {
        let text = if flux.message.is_empty() { "Flux has not applied it yet" } else { &flux.message };
        return Ok(Some(text.to_owned()));
    }
    let state = |kind: &str, name: &str, found: Option<Value>| match found {
        None => Some(format!("{kind} {APPS}/{name} does not exist yet")),
        Some(found) => match health(kind, &found) {
            Health::Ready => None,
            other => Some(format!("{kind} {APPS}/{name}: {}", other.text())),
        },
    };
    Ok(state("Deployment", BACKEND, deployment).or_else(|| state("HTTPRoute", &own_route, route)))
}

async fn terminal_error(client: &Client, kustomization: &Value, source: &Value) -> Result<Option<String>> {
    if let Some(error) = source::terminal(&Source::read(source)) {
        return Ok(Some(error));
    }
    let flux = Kustomization::read(kustomization);
    let is_attempted = component(source).is_some_and(|digest| flux.attempted_at(&digest));
    if let Some(report) =
        reported_error::report(&flux).filter(|report| is_attempted && report.outlook.fails())
    {
        return Ok(Some(report.text));
    }
    let blockers = blocker::find(client, &flux, CrashTolerance::Settled).await?;
    let line = |blocker: &Blocker| match &blocker.log {
        Some(log) => format!("{blocker}; its last words: {}", trouble::words(log)),
        None => blocker.to_string(),
    };
    Ok(blockers.iter().find(|blocker| blocker.outlook.fails()).map(line))
}

fn component(source: &Value) -> Option<Digest> {
    object::text(source, "/spec/ref/digest")?.parse().ok()
}

#[cfg(test)]
#[path = "canary_tests.rs"]
mod tests;
