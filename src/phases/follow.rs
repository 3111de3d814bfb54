//! Follows the phases: reports their progress, and fails at once on a terminal error.

use std::{collections::BTreeMap, time::Duration};

use super::{
    blocker::{self, Blocker},
    objects::CANARY,
    source,
    state::{self, Block, PhaseState, ROOT, named},
};
use crate::{
    base::{
        digest::Digest,
        event::{Events, Step},
        failure::{Failure, Kind, Result},
        k8s::{
            Client, CrashTolerance, Selector,
            flux::{self, Kustomization, NAMESPACE, REQUESTED_AT, Source},
            object, resource,
        },
        wait::{Deadline, Observation, PAUSE, wait},
    },
    phases::reported_error,
};

/// Finding blockers costs several requests, so only one in this many observations does it.
const BLOCKER_EVERY: u32 = 4;

/// The condition to wait for.
#[derive(Debug, Clone, Copy)]
pub struct Follow<'a> {
    /// The artifact's digest.
    pub digest: &'a Digest,
    /// The end of the wait.
    pub deadline: Deadline,
}

/// Requests a reconciliation of the source and of every Kustomization that is not ready.
///
/// They count as ready only after it. A ready Kustomization reconciles when its component changes; with a
/// request, it would first apply the earlier component again. `request` must differ from the last one, for
/// example the time, because Flux acts on the change.
pub async fn request_reconcile(client: &Client, request: &str) -> Result<()> {
    annotate(client, request, |found| !found.ready).await
}

/// Requests a reconciliation of everything, for example after the settings have changed.
pub async fn request_reconcile_all(client: &Client, request: &str) -> Result<()> {
    annotate(client, request, |_| true).await
}

async fn annotate(client: &Client, request: &str, applies: impl Fn(&Kustomization) -> bool) -> Result<()> {
    client.annotate(&resource::OCI_REPOSITORY, NAMESPACE, ROOT, (REQUESTED_AT, request)).await?;
    for found in kustomizations(client).await?.iter().filter(|found| applies(found)) {
        client.annotate(&resource::KUSTOMIZATION, NAMESPACE, &found.name, (REQUESTED_AT, request)).await?;
    }
    Ok(())
}

/// Returns the digest that Flux points at; `None` before the first deployment. Fails if it is invalid.
pub async fn current_digest(client: &Client) -> Result<Option<Digest>> {
    let source = client.get(&resource::OCI_REPOSITORY, Some(NAMESPACE), ROOT).await?;
    let digest = source.as_ref().and_then(|source| object::text(source, "/spec/ref/digest"));
    digest.map(str::parse).transpose()
}

/// Waits until every phase is ready at the digest. Fails at once on a terminal error.
pub async fn follow(client: &Client, what: Follow<'_>, events: &Events) -> Result<Vec<PhaseState>> {
    let step = Step::start(events, "phases.follow", "Wait for the phases");
    let memory = tokio::sync::Mutex::new(Memory::default());
    let waited = wait(what.deadline, PAUSE, "wait for the phases", || async {
        observe(client, what.digest, &step, &mut *memory.lock().await).await
    })
    .await;
    match waited {
        Ok(states) => {
            step.done(format!("{} phases ready", states.len()));
            Ok(states)
        }
        Err(failure) if failure.kind == Kind::TimedOut => {
            Err(failure
                .hint("check the phases with `seasense status`; run `seasense dev` to continue waiting"))
        }
        Err(failure) => Err(failure),
    }
}

/// Observes the cluster once and returns the terminal error at the artifact `digest`, if there is one.
///
/// If an earlier artifact ran, a crash loop counts as terminal sooner than in [`follow`].
pub async fn terminal_error(client: &Client, digest: &Digest) -> Result<Option<Failure>> {
    let (sources, found) = tokio::try_join!(sources(client), kustomizations(client))?;
    if state::all_ready(&found, digest) {
        return Ok(None);
    }
    if let Some(failure) = unfetchable(&sources) {
        return Ok(Some(failure));
    }
    let blockers = blockers(client, &found, digest, CrashTolerance::Settled).await?;
    Ok(first_terminal(&found, digest, &blockers))
}

/// The results of earlier observations.
#[derive(Default)]
struct Memory {
    observations: u32,
    blockers: BTreeMap<String, Blocker>,
    /// The resource that blocks each Kustomization, if known, and the time at which that block began.
    since: BTreeMap<String, (Option<String>, Duration)>,
}

impl Memory {
    /// Adds the blockers that were found `now`, the time since the wait began.
    fn add(&mut self, found: &[Kustomization], blockers: BTreeMap<String, Blocker>, now: Duration) {
        for kustomization in found {
            let title = blockers.get(&kustomization.name).map(|blocker| blocker.title.clone());
            let known = self.since.get(&kustomization.name);
            if known.is_none_or(|(before, _)| *before != title) {
                self.since.insert(kustomization.name.clone(), (title, now));
            }
        }
        self.blockers = blockers;
    }

    fn block(&self, name: &str) -> Block {
        let blocker = self.blockers.get(name);
        Block {
            resource: blocker.map(|blocker| (blocker.title.clone(), blocker.detail.clone())),
            since: self.since.get(name).map_or(Duration::ZERO, |(_, since)| *since),
        }
    }
}

async fn observe(
    client: &Client,
    digest: &Digest,
    step: &Step,
    memory: &mut Memory,
) -> Result<Observation<Vec<PhaseState>>> {
    let (sources, found) = tokio::try_join!(sources(client), kustomizations(client))?;
    if state::all_ready(&found, digest) {
        return Ok(Observation::Ready(state::states(&found, Some(digest))));
    }
    if let Some(failure) = unfetchable(&sources) {
        return Ok(Observation::Failed(failure));
    }
    if memory.observations.is_multiple_of(BLOCKER_EVERY) {
        let blockers = blockers(client, &found, digest, CrashTolerance::Starting).await?;
        memory.add(&found, blockers, step.elapsed());
    }
    memory.observations += 1;
    if let Some(failure) = first_terminal(&found, digest, &memory.blockers) {
        return Ok(Observation::Failed(failure));
    }
    let tree = state::tree(&found, digest, &|name| memory.block(name));
    let not_ready = tree.iter().filter(|part| !part.ready).map(|part| match &part.blocker {
        Some(blocker) => format!("{}: {blocker}: {}", part.part, part.detail),
        None => format!("{}: {}", part.part, part.detail),
    });
    let mut summary: Vec<String> = not_ready.collect();
    if let Some(missing) = source::missing(&sources, digest) {
        summary.insert(0, missing);
    }
    step.waiting(tree);
    Ok(Observation::Pending(summary.join("\n")))
}

/// Returns Flux's Kustomizations, each with the digest of the root whose component it runs. Leaves out the
/// canary, which belongs to another artifact.
pub async fn kustomizations(client: &Client) -> Result<Vec<Kustomization>> {
    let found = client.list(&resource::KUSTOMIZATION, Some(NAMESPACE), &Selector::all()).await?;
    let found = found.iter().filter(|object| object::name(object) != CANARY);
    let mut found: Vec<Kustomization> = found.map(Kustomization::read).collect();
    flux::resolve_components(&mut found, ROOT);
    Ok(found)
}

/// Returns the sources of the artifact's root and components.
pub(super) async fn sources(client: &Client) -> Result<Vec<Source>> {
    let found = client.list(&resource::OCI_REPOSITORY, Some(NAMESPACE), &Selector::all()).await?;
    Ok(found.iter().filter(|object| object::name(object) != CANARY).map(Source::read).collect())
}

/// Returns what blocks each Kustomization whose dependencies are ready. One that was never applied has the
/// crash tolerance `Starting`.
async fn blockers(
    client: &Client,
    found: &[Kustomization],
    digest: &Digest,
    tolerance: CrashTolerance,
) -> Result<BTreeMap<String, Blocker>> {
    let can_progress = |kustomization: &Kustomization| {
        let dependencies = kustomization.depends_on.iter().filter_map(|name| named(found, name));
        !kustomization.ready_at(digest) && dependencies.into_iter().all(|other| other.ready)
    };
    let mut blockers = BTreeMap::new();
    for pending in found.iter().filter(|kustomization| can_progress(kustomization)) {
        let tolerance = if pending.applied.is_none() { CrashTolerance::Starting } else { tolerance };
        if let Some(blocker) = blocker::find(client, pending, tolerance).await? {
            blockers.insert(pending.name.clone(), blocker);
        }
    }
    Ok(blockers)
}

/// Returns the failure of an artifact that cannot be fetched.
pub(super) fn unfetchable(sources: &[Source]) -> Option<Failure> {
    sources.iter().find_map(source::terminal).map(|cause| failed("the artifact cannot be fetched", &cause))
}

/// Returns the failure of the first Kustomization that reports a terminal error at `digest`.
pub(super) fn reported_terminal(found: &[Kustomization], digest: &Digest) -> Option<Failure> {
    found.iter().filter(|kustomization| !kustomization.ready_at(digest)).find_map(|kustomization| {
        let cause = reported_error::terminal(kustomization, digest)?;
        Some(
            failed(&failed_phase(kustomization), &cause)
                .hint("fix the manifest under `gitops/` and run `seasense dev` again"),
        )
    })
}

/// Returns the failure of the first Kustomization with a terminal error at `digest`, reported or of its
/// blocker.
fn first_terminal(
    found: &[Kustomization],
    digest: &Digest,
    blockers: &BTreeMap<String, Blocker>,
) -> Option<Failure> {
    let blocked = || {
        found.iter().filter(|kustomization| !kustomization.ready_at(digest)).find_map(|kustomization| {
            // Objects of an earlier artifact are about to be replaced.
            let current = kustomization.attempted_at(digest) && !kustomization.reconcile_requested;
            let blocker = blockers.get(&kustomization.name).filter(|_| current)?;
            blocker.terminal.then(|| of_blocker(&failed_phase(kustomization), blocker))
        })
    };
    reported_terminal(found, digest).or_else(blocked)
}

fn failed_phase(kustomization: &Kustomization) -> String {
    format!("phase `{}` cannot become ready", kustomization.name)
}

/// Describes a blocker in one line.
pub(super) fn describe(blocker: &Blocker) -> String {
    format!("{}: {}", blocker.title, blocker.detail)
}

fn of_blocker(what: &str, blocker: &Blocker) -> Failure {
    let failure = failed(what, &describe(blocker));
    let failure = match &blocker.log {
        Some(log) => failure.because(format!("its last log lines:\n{}", log.trim_end())),
        None => failure,
    };
    failure.hint("fix the cause and run `seasense dev` again; see `seasense logs` for more")
}

fn failed(what: &str, cause: &str) -> Failure {
    Failure::new(Kind::Phase, what).because(cause)
}

#[cfg(test)]
mod tests;
