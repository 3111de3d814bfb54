//! The backend of another artifact beside the one that runs, and its share of the requests: what Flux is told, and what
//! came of it.

use serde_json::Value;

use super::{blocker, follow, objects, objects::TRIAL, source, verdict};
use crate::base::{
    failure::Result,
    k8s::{
        Client, CrashTolerance, Health,
        flux::{Kustomization, NAMESPACE, REQUESTED_AT, Source},
        health, object, resource,
    },
};

/// The phase with the route that gives the share.
const PHASE: &str = "apps";
/// Where the workloads run, what routes to them, and what is tried out.
const APPS: &str = "seasense";
const ROUTE: &str = "seasense";
const BACKEND: &str = "backend-canary";
/// The variable with its share.
const WEIGHT: &str = "CANARY_WEIGHT";

/// How far a trial is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trial {
    /// Its share of the requests in percent, as the gateway has taken it up; `None` while that changes.
    pub percent: Option<u8>,
    /// What it waits for; empty when it is ready.
    pub late: String,
    /// Why it never will be ready; `None` while there is hope.
    pub terminal: Option<String>,
}

/// What of a trial a cluster holds.
struct Found {
    share: Option<Value>,
    route: Option<Value>,
    kustomization: Option<Value>,
    source: Option<Value>,
}

impl Found {
    /// Whether nothing of a trial but a share can be left. A gateway that is down for another reason must hold nobody up.
    const fn is_gone(&self) -> bool {
        self.kustomization.is_none() && self.source.is_none()
    }
}

/// Has Flux run the backend of the artifact whose part `part` this is beside the one that runs, and give it `percent` of the
/// requests. `request` must differ from the last one, the time for example.
pub async fn try_out(
    client: &Client,
    (registry, part): (&str, &str),
    percent: u8,
    request: &str,
) -> Result<()> {
    client.apply(&objects::trial_source(registry, part)).await?;
    client.apply(&objects::trial()).await?;
    if percent > 0 { give(client, percent, request).await } else { Ok(()) }
}

/// How far the trial is; `None` where nothing of one is left.
pub async fn trial(client: &Client) -> Result<Option<Trial>> {
    let found = find(client).await?;
    let (asked, got) = (asked(found.share.as_ref()), taken_up(found.route.as_ref()));
    let (Some(kustomization), Some(source)) = (&found.kustomization, &found.source) else {
        let left = !found.is_gone() || asked > 0 || got.is_some_and(|got| got > 0);
        let late = "Flux is not told of it".to_owned();
        return Ok(left.then_some(Trial { percent: got.filter(|got| *got == asked), late, terminal: None }));
    };
    let (late, terminal) = match late(client, kustomization, source).await? {
        None => (String::new(), None),
        Some(late) => (late, terminal(client, kustomization, source).await?),
    };
    Ok(Some(Trial { percent: got.filter(|got| *got == asked), late, terminal }))
}

/// Takes the share back, and once the gateway has done so, what was tried out. Tells whether nothing is left: each call
/// goes one step. `request` must differ from the last one.
///
/// In this order no request meets a backend that is gone.
pub async fn take_away(client: &Client, request: &str) -> Result<bool> {
    let found = find(client).await?;
    match (asked(found.share.as_ref()), taken_up(found.route.as_ref())) {
        (0, Some(0)) => {}
        (0, None) => return Ok(found.is_gone()),
        // Where whoever wrote that down died before Flux was asked to look, it is asked now.
        (0, Some(_)) if is_busy(client).await? => return Ok(false),
        _ => return give(client, 0, request).await.map(|()| false),
    }
    match (&found.kustomization, &found.source) {
        (Some(kustomization), _) => {
            // Flux removes what it has applied before it lets it go.
            if kustomization.pointer("/metadata/deletionTimestamp").is_none() {
                client.delete(&resource::KUSTOMIZATION, kustomization).await?;
            }
            Ok(false)
        }
        (None, Some(source)) => client.delete(&resource::OCI_REPOSITORY, source).await,
        (None, None) => Ok(true),
    }
}

async fn find(client: &Client) -> Result<Found> {
    let (share, route, kustomization, source) = tokio::try_join!(
        client.get(&resource::CONFIG_MAP, Some(NAMESPACE), TRIAL),
        client.get(&resource::HTTP_ROUTE, Some(APPS), ROUTE),
        client.get(&resource::KUSTOMIZATION, Some(NAMESPACE), TRIAL),
        client.get(&resource::OCI_REPOSITORY, Some(NAMESPACE), TRIAL),
    )?;
    Ok(Found { share, route, kustomization, source })
}

/// Writes the share down and asks Flux to look.
pub(super) async fn give(client: &Client, percent: u8, request: &str) -> Result<()> {
    client.apply(&objects::share(percent)).await?;
    client.annotate(&resource::KUSTOMIZATION, NAMESPACE, PHASE, (REQUESTED_AT, request)).await
}

/// Whether Flux is about to change the route, or at it.
async fn is_busy(client: &Client) -> Result<bool> {
    let phase = client.get(&resource::KUSTOMIZATION, Some(NAMESPACE), PHASE).await?;
    Ok(phase.is_some_and(|phase| !Kustomization::read(&phase).ready))
}

/// Takes a share back where there is one, without waiting for anything.
pub(super) async fn forget(client: &Client, request: &str) -> Result<()> {
    let share = client.get(&resource::CONFIG_MAP, Some(NAMESPACE), TRIAL).await?;
    if asked(share.as_ref()) > 0 { give(client, 0, request).await } else { Ok(()) }
}

/// The share that is written down.
fn asked(share: Option<&Value>) -> u8 {
    let weight = share.and_then(|share| share["data"][WEIGHT].as_str());
    weight.and_then(|weight| weight.parse().ok()).unwrap_or(0)
}

/// The share that the gateway gives; `None` while it has not seen the present route.
fn taken_up(route: Option<&Value>) -> Option<u8> {
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

/// What the trial waits for; `None` when it answers.
async fn late(client: &Client, kustomization: &Value, source: &Value) -> Result<Option<String>> {
    let own = format!("{ROUTE}-canary");
    let (deployment, route) = tokio::try_join!(
        client.get(&resource::DEPLOYMENT, Some(APPS), BACKEND),
        client.get(&resource::HTTP_ROUTE, Some(APPS), &own),
    )?;
    let flux = Kustomization::read(kustomization);
    if !flux.attempted_at(part(source)) || flux.objects.is_empty() {
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
    Ok(state("Deployment", BACKEND, deployment).or_else(|| state("HTTPRoute", &own, route)))
}

async fn terminal(client: &Client, kustomization: &Value, source: &Value) -> Result<Option<String>> {
    if let Some(why) = source::terminal(&Source::read(source)) {
        return Ok(Some(why));
    }
    let flux = Kustomization::read(kustomization);
    if let Some(why) = verdict::terminal(&flux, part(source)) {
        return Ok(Some(why));
    }
    let blocker =
        blocker::find(client, &flux, CrashTolerance::Settled).await?.filter(|blocker| blocker.terminal);
    Ok(blocker.map(|blocker| follow::describe(&blocker)))
}

fn part(source: &Value) -> &str {
    object::text(source, "/spec/ref/digest").unwrap_or_default()
}

#[cfg(test)]
#[path = "canary_tests.rs"]
mod tests;
