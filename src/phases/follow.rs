//! Following the phases: a live tree while it lasts, the cause at once when it cannot end well.

use std::{collections::BTreeMap, time::Duration};

use super::{
    blocker::{self, Blocker},
    objects::TRIAL,
    source,
    state::{self, Block, PhaseState, ROOT, is_ready, named},
    verdict,
};
use crate::base::{
    event::{Events, Step},
    failure::{Failure, Kind, Result},
    k8s::{
        Client, CrashTolerance, Selector,
        flux::{self, Kustomization, NAMESPACE, REQUESTED_AT, Source},
        object, resource,
    },
    wait::{Deadline, Observation, PAUSE, wait},
};

/// A blocker costs several requests: it is looked for at every so many looks.
const BLOCKER_EVERY: u32 = 4;

/// What is followed.
#[derive(Debug, Clone, Copy)]
pub struct Follow<'a> {
    /// The artifact's digest.
    pub digest: &'a str,
    /// When to give up.
    pub deadline: Deadline,
}

/// Asks Flux to look now: at the source, and at every Kustomization that is not ready.
///
/// Those count as ready only after they looked. One that is ready follows by itself as soon as its part of the artifact
/// is another: asked now, it would apply the earlier one once more before. `request` must differ from the last one, the
/// time for example: Flux acts on the change.
pub async fn request_reconcile(client: &Client, request: &str) -> Result<()> {
    ask(client, request, |found| !found.ready).await
}

/// Asks Flux to look at everything now: the settings have changed, and what is ready is so with the old ones.
pub async fn request_reconcile_all(client: &Client, request: &str) -> Result<()> {
    ask(client, request, |_| true).await
}

async fn ask(client: &Client, request: &str, whom: impl Fn(&Kustomization) -> bool) -> Result<()> {
    client.annotate(&resource::OCI_REPOSITORY, NAMESPACE, ROOT, (REQUESTED_AT, request)).await?;
    for found in kustomizations(client).await?.iter().filter(|found| whom(found)) {
        client.annotate(&resource::KUSTOMIZATION, NAMESPACE, &found.name, (REQUESTED_AT, request)).await?;
    }
    Ok(())
}

/// The digest that Flux is told to follow; `None` while it is told nothing.
pub async fn followed(client: &Client) -> Result<Option<String>> {
    let source = client.get(&resource::OCI_REPOSITORY, Some(NAMESPACE), ROOT).await?;
    let digest = source.as_ref().and_then(|source| object::text(source, "/spec/ref/digest"));
    Ok(digest.map(str::to_owned))
}

/// Waits until every phase is ready at the digest; fails at once when one never will be.
pub async fn follow(client: &Client, what: Follow<'_>, events: &Events) -> Result<Vec<PhaseState>> {
    let step = Step::start(events, "phases.follow", "Wait for the phases");
    let memory = tokio::sync::Mutex::new(Memory::default());
    let waited = wait(what.deadline, PAUSE, "wait for the phases", || async {
        look(client, what.digest, &step, &mut *memory.lock().await).await
    })
    .await;
    match waited {
        Ok(states) => {
            step.done(format!("{} phases ready", states.len()));
            Ok(states)
        }
        Err(failure) if failure.kind == Kind::TimedOut => {
            Err(failure.hint("`seasense status` shows each phase; `seasense dev` goes on waiting from here"))
        }
        Err(failure) => Err(failure),
    }
}

/// Why the cluster will never be ready at the artifact `digest`, as one look tells; `None` while there is hope.
///
/// Where an earlier artifact ran, what crashes again and again is given up sooner than by [`follow`].
pub async fn terminal_error(client: &Client, digest: &str) -> Result<Option<Failure>> {
    let (sources, found) = tokio::try_join!(sources(client), kustomizations(client))?;
    if state::all_ready(&found, digest) {
        return Ok(None);
    }
    if let Some(failure) = unfetchable(&sources) {
        return Ok(Some(failure));
    }
    let blockers = blockers(client, &found, digest, CrashTolerance::Settled).await?;
    Ok(terminal(&found, digest, &blockers))
}

/// What earlier looks have found.
#[derive(Default)]
struct Memory {
    looks: u32,
    blockers: BTreeMap<String, Blocker>,
    /// Since when each Kustomization is blocked by the same resource, or by none that is known.
    since: BTreeMap<String, (Option<String>, Duration)>,
}

impl Memory {
    /// Takes in the blockers that were found `now`, as time since the wait began.
    fn learn(&mut self, found: &[Kustomization], blockers: BTreeMap<String, Blocker>, now: Duration) {
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

async fn look(
    client: &Client,
    digest: &str,
    step: &Step,
    memory: &mut Memory,
) -> Result<Observation<Vec<PhaseState>>> {
    let (sources, found) = tokio::try_join!(sources(client), kustomizations(client))?;
    if state::all_ready(&found, digest) {
        return Ok(Observation::Ready(state::states(&found, digest)));
    }
    if let Some(failure) = unfetchable(&sources) {
        return Ok(Observation::Failed(failure));
    }
    if memory.looks.is_multiple_of(BLOCKER_EVERY) {
        let blockers = blockers(client, &found, digest, CrashTolerance::Starting).await?;
        memory.learn(&found, blockers, step.elapsed());
    }
    memory.looks += 1;
    if let Some(failure) = terminal(&found, digest, &memory.blockers) {
        return Ok(Observation::Failed(failure));
    }
    let tree = state::tree(&found, digest, &|name| memory.block(name));
    let late = tree.iter().filter(|part| !part.ready).map(|part| match &part.blocker {
        Some(blocker) => format!("{}: {blocker}: {}", part.part, part.detail),
        None => format!("{}: {}", part.part, part.detail),
    });
    let mut summary: Vec<String> = late.collect();
    if let Some(missing) = source::missing(&sources, digest) {
        summary.insert(0, missing);
    }
    step.waiting(tree);
    Ok(Observation::Pending(summary.join("\n")))
}

/// Flux's Kustomizations but that of a trial, which is of another artifact; each told as at the artifact that names the part it runs.
pub async fn kustomizations(client: &Client) -> Result<Vec<Kustomization>> {
    let found = client.list(&resource::KUSTOMIZATION, Some(NAMESPACE), &Selector::all()).await?;
    let found = found.iter().filter(|object| object::name(object) != TRIAL);
    let mut found: Vec<Kustomization> = found.map(Kustomization::read).collect();
    flux::resolve_components(&mut found, ROOT);
    Ok(found)
}

/// The sources of the artifact and of its parts.
pub(super) async fn sources(client: &Client) -> Result<Vec<Source>> {
    let found = client.list(&resource::OCI_REPOSITORY, Some(NAMESPACE), &Selector::all()).await?;
    Ok(found.iter().filter(|object| object::name(object) != TRIAL).map(Source::read).collect())
}

/// What blocks each Kustomization that could go on, for its dependencies are ready. One that never ran yet gets the
/// longest patience.
async fn blockers(
    client: &Client,
    found: &[Kustomization],
    digest: &str,
    patience: CrashTolerance,
) -> Result<BTreeMap<String, Blocker>> {
    let may_go_on = |kustomization: &Kustomization| {
        let dependencies = kustomization.depends_on.iter().filter_map(|name| named(found, name));
        !is_ready(kustomization, digest) && dependencies.into_iter().all(|other| other.ready)
    };
    let mut blockers = BTreeMap::new();
    for late in found.iter().filter(|kustomization| may_go_on(kustomization)) {
        let patience = if late.applied.is_empty() { CrashTolerance::Starting } else { patience };
        if let Some(blocker) = blocker::find(client, late, patience).await? {
            blockers.insert(late.name.clone(), blocker);
        }
    }
    Ok(blockers)
}

/// The failure of an artifact that will never come.
pub(super) fn unfetchable(sources: &[Source]) -> Option<Failure> {
    sources.iter().find_map(source::terminal).map(|cause| failed("the artifact cannot be fetched", &cause))
}

/// The failure of the first Kustomization that says of itself that it can never become ready at `digest`.
pub(super) fn said_hopeless(found: &[Kustomization], digest: &str) -> Option<Failure> {
    found.iter().filter(|kustomization| !is_ready(kustomization, digest)).find_map(|kustomization| {
        let cause = verdict::terminal(kustomization, digest)?;
        Some(
            failed(&hopeless_phase(kustomization), &cause)
                .hint("correct the manifest under `gitops/` and run `seasense dev` again"),
        )
    })
}

/// The failure of the first Kustomization that can never become ready at `digest`.
fn terminal(found: &[Kustomization], digest: &str, blockers: &BTreeMap<String, Blocker>) -> Option<Failure> {
    let blocked = || {
        found.iter().filter(|kustomization| !is_ready(kustomization, digest)).find_map(|kustomization| {
            // What it applied before is about to be replaced.
            let current = kustomization.attempted_at(digest) && !kustomization.reconcile_requested;
            let blocker = blockers.get(&kustomization.name).filter(|_| current)?;
            blocker.terminal.then(|| of_blocker(&hopeless_phase(kustomization), blocker))
        })
    };
    said_hopeless(found, digest).or_else(blocked)
}

fn hopeless_phase(kustomization: &Kustomization) -> String {
    format!("phase `{}` cannot become ready", kustomization.name)
}

/// What a blocker is, in one line.
pub(super) fn describe(blocker: &Blocker) -> String {
    format!("{}: {}", blocker.title, blocker.detail)
}

fn of_blocker(what: &str, blocker: &Blocker) -> Failure {
    let failure = failed(what, &describe(blocker));
    let failure = match &blocker.log {
        Some(log) => failure.because(format!("its last words:\n{}", log.trim_end())),
        None => failure,
    };
    failure.hint("correct the cause and run `seasense dev` again; `seasense logs` shows more")
}

fn failed(what: &str, cause: &str) -> Failure {
    Failure::new(Kind::Phase, what).because(cause)
}

#[cfg(test)]
mod tests;
