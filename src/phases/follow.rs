//! Follows the phases: reports their progress, and fails as soon as waiting cannot help.

use std::collections::BTreeMap;

use super::{
    blocker::{self, Blocker},
    judge::Judge,
    objects::CANARY,
    reported_error::Reports,
    source,
    state::{self, PhaseState},
    tree::{self, ROOT},
    trouble::{self, Seen, Trouble},
};
use crate::base::{
    digest::Digest,
    event::{Events, Step},
    failure::{Failure, Kind, Result},
    k8s::{
        Client, CrashTolerance, Outlook, Selector,
        flux::{self, Entry, Kustomization, NAMESPACE, REQUESTED_AT, Source},
        object, resource,
    },
    wait::{Deadline, Observation, PAUSE, wait},
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

/// Waits until every phase is ready at the digest. Fails as soon as the end is known: at once if something can
/// never become ready, after a while if something fails and nothing else makes progress.
pub async fn follow(client: &Client, what: Follow<'_>, events: &Events) -> Result<Vec<PhaseState>> {
    let step = Step::start(events, "phases.follow", "Wait for the phases");
    let judge = tokio::sync::Mutex::new(Judge::new());
    let waited = wait(what.deadline, PAUSE, "wait for the phases", || async {
        observe(client, what.digest, &step, &mut *judge.lock().await).await
    })
    .await;
    match waited {
        Ok(states) => {
            step.done(format!("{} phases ready", states.len()));
            Ok(states)
        }
        Err(failure) if failure.kind == Kind::TimedOut => {
            Err(timed_out(failure, &judge.into_inner().troubles))
        }
        Err(failure) => Err(failure),
    }
}

/// What failed at the end of the time is reported in place of the progress, and waiting longer is not advised then.
fn timed_out(failure: Failure, troubles: &[Trouble]) -> Failure {
    match trouble::failure(troubles) {
        Some(cause) => Failure { kind: Kind::TimedOut, message: failure.message, ..cause },
        None => {
            failure.hint("check the phases with `seasense status`; run `seasense dev` to continue waiting")
        }
    }
}

/// Observes the cluster once and returns what prevents the artifact `digest` from becoming ready, if there is
/// something.
///
/// If an earlier artifact ran, a crash loop counts sooner than in [`follow`]. What only may be lasting counts too:
/// callers check again before they fail.
pub async fn terminal_error(client: &Client, digest: &Digest) -> Result<Option<Failure>> {
    let (sources, found) = tokio::try_join!(sources(client), kustomizations(client))?;
    if state::all_ready(&found, digest) {
        return Ok(None);
    }
    if let Some(failure) = unfetchable(&sources) {
        return Ok(Some(failure));
    }
    let blockers = blockers(client, &found, digest, CrashTolerance::Settled).await?;
    let mut reports = Reports::default();
    reports.observe(&found, digest);
    let seen = Seen { digest, found: &found, sources: &sources, reports: &reports, blockers: &blockers };
    let troubles = seen.troubles();
    let terminal = troubles.iter().any(|trouble| trouble.outlook == Outlook::Terminal);
    if terminal || !seen.has_hope(&troubles) { Ok(trouble::failure(&troubles)) } else { Ok(None) }
}

/// Returns the states of the phases, each with the resource that blocks it.
pub async fn states_with_blockers(
    client: &Client,
    found: &[Kustomization],
    digest: Option<&Digest>,
) -> Result<Vec<PhaseState>> {
    let mut states = state::states(found, digest);
    let Some(digest) = digest else { return Ok(states) };
    let blockers = blockers(client, found, digest, CrashTolerance::Starting).await?;
    for state in states.iter_mut().filter(|state| !state.ready) {
        let parts = tree::phases(found).into_iter().filter(|phase| phase.name == state.name);
        let parts = parts.flat_map(|phase| phase.children);
        let mut names = parts.chain([state.name.as_str()]);
        state.blocker = names.find_map(|name| blockers.get(name)?.first()).map(ToString::to_string);
    }
    Ok(states)
}

async fn observe(
    client: &Client,
    digest: &Digest,
    step: &Step,
    judge: &mut Judge,
) -> Result<Observation<Vec<PhaseState>>> {
    let (sources, found) = tokio::try_join!(sources(client), kustomizations(client))?;
    if state::all_ready(&found, digest) {
        return Ok(Observation::Ready(state::states(&found, Some(digest))));
    }
    if let Some(failure) = unfetchable(&sources) {
        return Ok(Observation::Failed(failure));
    }
    judge.reports.observe(&found, digest);
    let looks = judge.observations.is_multiple_of(BLOCKER_EVERY);
    judge.observations += 1;
    if looks {
        let blockers = blockers(client, &found, digest, CrashTolerance::Starting).await?;
        judge.add(&found, blockers, step.elapsed());
    }
    if let Some(mut failure) = judge.judge((digest, &found, &sources), step.elapsed()) {
        // The end tells everything that blocks, not only what was known before.
        if !looks && let Ok(blockers) = blockers(client, &found, digest, CrashTolerance::Starting).await {
            judge.add(&found, blockers, step.elapsed());
            failure = judge.judge((digest, &found, &sources), step.elapsed()).unwrap_or(failure);
        }
        return Ok(Observation::Failed(failure));
    }
    let tree = state::tree(&found, digest, &|name| judge.block(name));
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

/// Returns whether the object `(namespace, kind, name)` is applied as the artifact `digest` defines it.
pub async fn runs(client: &Client, digest: &Digest, object: (&str, &str, &str)) -> Result<bool> {
    let is_it = |entry: &Entry| (&*entry.namespace, &*entry.kind, &*entry.name) == object;
    let found = kustomizations(client).await?;
    Ok(found.iter().any(|one| one.applied_at(digest) && one.objects.iter().any(is_it)))
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

/// Returns what blocks each Kustomization whose objects of the artifact `digest` are applied and not healthy yet.
/// One that was never ready has the crash tolerance `Starting`.
///
/// Before that, the objects are those of an earlier artifact, which are about to be replaced.
async fn blockers(
    client: &Client,
    found: &[Kustomization],
    digest: &Digest,
    tolerance: CrashTolerance,
) -> Result<BTreeMap<String, Vec<Blocker>>> {
    let mut blockers = BTreeMap::new();
    for pending in found.iter().filter(|one| one.applied_at(digest) && !one.ready_at(digest)) {
        let tolerance = if pending.applied.is_none() { CrashTolerance::Starting } else { tolerance };
        let found = blocker::find(client, pending, tolerance).await?;
        if !found.is_empty() {
            blockers.insert(pending.name.clone(), found);
        }
    }
    Ok(blockers)
}

/// Returns the failure of an artifact that cannot be fetched.
pub(super) fn unfetchable(sources: &[Source]) -> Option<Failure> {
    let cause = sources.iter().find_map(source::terminal)?;
    Some(Failure::new(Kind::Phase, "the artifact cannot be fetched").because(cause))
}

#[cfg(test)]
mod tests;
