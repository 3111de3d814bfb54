//! Removes environments without a living owner, and no resource that another tool created.

use std::{collections::BTreeSet, path::Path};

use jiff::Timestamp;
use serde::Serialize;

use super::{
    Host,
    evidence::{Evidence, StateFolder},
};
use crate::{
    base::{
        event::Event,
        failure::{Context, Kind, Result},
    },
    config::HostDirs,
    local::{
        cluster::{Lock, RemoveScope, Removed, remove},
        inventory::FoundEnvironment,
        leases::Owner,
    },
};

/// The decision for an environment, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "decision", content = "reason")]
pub enum Decision {
    /// The environment is kept.
    Keep(&'static str),
    /// The environment is removed.
    Remove(&'static str),
}

/// An environment and the decision for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evaluated {
    /// The name of the environment on this machine.
    pub name: String,
    /// Whether the environment is kept or removed.
    #[serde(flatten)]
    pub decision: Decision,
    /// The result of the removal; `None` if nothing was removed.
    pub removed: Option<Removed>,
}

/// The environments that a collection considers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All environments without a living owner.
    All,
    /// Only environments that are bound to a process.
    OfProcesses,
}

/// Evaluates every environment of this machine and removes the orphaned ones unless `dry` is set.
pub async fn collect(host: &Host, now: Timestamp, scope: Scope, dry: bool) -> Result<Vec<Evaluated>> {
    let local = host.docker.socket_access().await?.is_some();
    let mut decided = Vec::new();
    for found in super::inventory::inventory(host).await? {
        let evidence = Evidence::gather(host, &found, local).await?;
        let decision = evaluate(&found, &evidence, now);
        decided.push((found, decision));
    }
    keep_namesakes(&mut decided);
    let exist: BTreeSet<String> = decided.iter().map(|(found, _)| found.cluster.clone()).collect();
    let mut evaluated = Vec::new();
    for (found, mut decision) in decided {
        let of_process = found.lease.as_ref().is_some_and(|lease| lease.process.is_some());
        if scope == Scope::OfProcesses && !of_process {
            continue;
        }
        let mut removed = None;
        if let (Decision::Remove(reason), false) = (&decision, dry) {
            let text = format!("removing `{}`: {reason}", found.instance);
            host.events.emit(Event::Notice { text });
            removed = remove_locked(host, &found).await?;
            if removed.is_none() {
                decision = Decision::Keep("another run uses it");
            }
        }
        evaluated.push(Evaluated { name: found.instance, decision, removed });
    }
    if !dry {
        forget_locks(host, &exist)?;
    }
    Ok(evaluated)
}

/// Keeps what has the name of a kept environment: a removal selects by name, whatever the state directory is.
fn keep_namesakes(decided: &mut [(FoundEnvironment, Decision)]) {
    let kept: BTreeSet<String> = decided
        .iter()
        .filter(|(_, decision)| matches!(decision, Decision::Keep(_)))
        .map(|(found, _)| found.cluster.clone())
        .collect();
    for (found, decision) in decided {
        if matches!(decision, Decision::Remove(_)) && kept.contains(&found.cluster) {
            *decision = Decision::Keep("an environment of the same name is kept");
        }
    }
}

/// Evaluates one environment; pure. It is removed only if the evidence proves that it is dead.
pub fn evaluate(found: &FoundEnvironment, evidence: &Evidence, now: Timestamp) -> Decision {
    if found.locked {
        return Decision::Keep("a run uses it");
    }
    if evidence.expires.is_some_and(|end| now >= end) {
        return Decision::Remove("its lease has expired");
    }
    if evidence.state == StateFolder::Elsewhere {
        return Decision::Keep("its state directory exists, but cannot be seen from here");
    }
    match &found.owner {
        Some(owner) => evaluate_owned(found, owner, evidence, now),
        None => evaluate_unowned(found, evidence),
    }
}

fn evaluate_owned(found: &FoundEnvironment, owner: &Owner, evidence: &Evidence, now: Timestamp) -> Decision {
    if owner.deadline().is_some_and(|deadline| now >= deadline) {
        return Decision::Remove("its lease has expired");
    }
    if found.lease.as_ref().is_some_and(|lease| lease.process.is_some()) {
        return match (evidence.beats, evidence.lock_visible) {
            (true, _) => Decision::Keep("its owner process was alive a moment ago"),
            (false, true) => Decision::Remove("its owner process is dead"),
            (false, false) => Decision::Keep("its lock cannot be seen from here"),
        };
    }
    match (found.has_checkout, evidence.checkout_deleted) {
        (Some(false), true) => Decision::Remove("its checkout was deleted"),
        (Some(false), false) => Decision::Keep("its checkout cannot be seen from here"),
        _ => Decision::Keep("its checkout exists"),
    }
}

fn evaluate_unowned(found: &FoundEnvironment, evidence: &Evidence) -> Decision {
    let exists = !found.containers.is_empty() || !found.volumes.is_empty();
    if !exists {
        return if found.had_cluster() {
            Decision::Keep("its cluster may be in another container daemon")
        } else {
            Decision::Remove("only its state directory remains")
        };
    }
    if found.has_running_reaper() {
        return Decision::Keep("its reaper is running");
    }
    if !evidence.local {
        return Decision::Keep("its state directory may be on another machine");
    }
    match evidence.state {
        StateFolder::Deleted => Decision::Remove("its state directory was deleted"),
        _ if found.has_state => Decision::Keep("it has no owner record"),
        _ => Decision::Keep("nothing proves that its state directory was deleted"),
    }
}

/// Removes the environment under its lock; returns `None` if another run holds the lock.
async fn remove_locked(host: &Host, found: &FoundEnvironment) -> Result<Option<Removed>> {
    let cache = found.lease.as_ref().map_or(host.dirs.cache(), |lease| lease.cache.as_path());
    let states = found.state.parent().unwrap_or(Path::new("/"));
    let dirs = HostDirs::new(cache, states);
    let Ok(lock) = Lock::acquire(&dirs, &found.cluster) else { return Ok(None) };
    let owner_host = Host { dirs: dirs.clone(), ..host.clone() };
    let removed = remove(&owner_host, (&found.instance, &found.cluster), RemoveScope::Environment).await?;
    if found.lease.as_ref().is_some_and(|lease| lease.process.is_some()) {
        lock.forget(&dirs, &found.cluster);
    }
    Ok(Some(removed))
}

/// Removes the locks of environments that were bound to a process and no longer exist; the lock of one that exists
/// proves whether its owner is alive.
fn forget_locks(host: &Host, exist: &BTreeSet<String>) -> Result<()> {
    let folder = host.dirs.cache().join("locks");
    let Ok(entries) = std::fs::read_dir(&folder) else { return Ok(()) };
    for entry in entries {
        let entry = entry.with_context(Kind::Tool, || format!("read `{}`", folder.display()))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(cluster) = name.strip_suffix(".lock").filter(|name| name.starts_with("seasense-ci-")) else {
            continue;
        };
        if !exist.contains(cluster)
            && !host.dirs.state(cluster).exists()
            && let Ok(lock) = Lock::acquire(&host.dirs, cluster)
        {
            lock.forget(&host.dirs, cluster);
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "gc_tests.rs"]
mod tests;
