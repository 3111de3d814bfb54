//! Removing what belongs to no living owner: never what lives, never what another tool made.

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::Host;
use crate::local::{
    cluster::{Lock, RemoveScope, Removed, remove},
    inventory::Found,
};
use crate::{
    base::{
        event::Event,
        failure::{Context, Kind, Result},
    },
    config::HostDirs,
};

/// What becomes of an environment, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "verdict", content = "reason")]
pub enum Verdict {
    /// It stays.
    Keep(&'static str),
    /// It goes.
    Remove(&'static str),
}

/// An environment that was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// What tells it from all others on this machine.
    pub name: String,
    /// What becomes of it.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// What was removed of it, where it was.
    pub removed: Option<Removed>,
}

/// Which environments may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All that belong to no living owner.
    All,
    /// Only those that lived and died with a process.
    OfProcesses,
}

/// Judges every environment of this machine, and removes those that may go unless `dry`.
pub async fn collect(host: &Host, now: Timestamp, scope: Scope, dry: bool) -> Result<Vec<Judged>> {
    let local = host.docker.socket_access().await?.is_some();
    let mut judged = Vec::new();
    for found in super::inventory::inventory(host).await? {
        let mut verdict = evaluate(&found, now, local);
        let of_process = found.lease.as_ref().is_some_and(|lease| lease.process.is_some());
        if scope == Scope::OfProcesses && !of_process {
            continue;
        }
        let mut removed = None;
        if let (Verdict::Remove(reason), false) = (&verdict, dry) {
            let text = format!("`{}` goes: {reason}", found.instance);
            host.events.emit(Event::Notice { text });
            removed = take(host, &found).await?;
            if removed.is_none() {
                verdict = Verdict::Keep("a run began to work on it");
            }
        }
        judged.push(Judged { name: found.instance, verdict, removed });
    }
    if !dry {
        forget_locks(host)?;
    }
    Ok(judged)
}

/// Judges one; pure. `local` says that containers and files are on the same machine: elsewhere a folder that is not seen
/// may well exist.
pub fn evaluate(found: &Found, now: Timestamp, local: bool) -> Verdict {
    if found.locked {
        return Verdict::Keep("a run works on it");
    }
    let exists = !found.containers.is_empty() || !found.volumes.is_empty();
    let Some(owner) = &found.owner else {
        return match (found.has_state, exists) {
            (true, true) => Verdict::Keep("nobody wrote down whose it is"),
            (true, false) => Verdict::Remove("nothing but an old state folder is left of it"),
            (false, _) if found.is_watched() => Verdict::Keep("its reaper sees to it"),
            (false, _) if !local => Verdict::Keep("its state folder may be on another machine"),
            (false, _) => Verdict::Remove("its state folder is gone"),
        };
    };
    if owner.deadline().is_some_and(|deadline| now >= deadline) {
        return Verdict::Remove("its time is over");
    }
    if found.lease.as_ref().is_some_and(|lease| lease.process.is_some()) {
        return Verdict::Remove("the run that made it is dead");
    }
    if found.has_checkout == Some(false) {
        return Verdict::Remove("its checkout is gone");
    }
    Verdict::Keep("its checkout is there")
}

/// Removes it under its lock; `None` where a run was faster.
async fn take(host: &Host, found: &Found) -> Result<Option<Removed>> {
    let cache = found.lease.as_ref().map_or(host.dirs.cache(), |lease| lease.cache.as_path());
    let states = found.state.parent().unwrap_or(Path::new("/"));
    let dirs = HostDirs::new(cache, states);
    let Ok(lock) = Lock::acquire(&dirs, &found.cluster) else { return Ok(None) };
    let there = Host { dirs: dirs.clone(), ..host.clone() };
    let removed = remove(&there, (&found.instance, &found.cluster), RemoveScope::Environment).await?;
    if found.lease.as_ref().is_some_and(|lease| lease.process.is_some()) {
        lock.forget(&dirs, &found.cluster);
    }
    Ok(Some(removed))
}

/// Removes the locks of environments that lived and died with a process and are gone.
fn forget_locks(host: &Host) -> Result<()> {
    let folder = host.dirs.cache().join("locks");
    let Ok(entries) = std::fs::read_dir(&folder) else { return Ok(()) };
    for entry in entries {
        let entry = entry.with_context(Kind::Tool, || format!("read `{}`", folder.display()))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(cluster) = name.strip_suffix(".lock").filter(|name| name.starts_with("seasense-ci-")) else {
            continue;
        };
        if !host.dirs.state(cluster).exists()
            && let Ok(lock) = Lock::acquire(&host.dirs, cluster)
        {
            lock.forget(&host.dirs, cluster);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        base::docker::labels,
        local::{
            cluster::Observed,
            inventory::tests::container,
            leases::{Lease, Owner},
        },
    };

    fn moment(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn owner(ttl_seconds: Option<u64>) -> Owner {
        Owner {
            project: "/project".into(),
            environment: "local".into(),
            created: moment(1000),
            https_port: 8443,
            ttl_seconds,
        }
    }

    fn of_process(process: Option<u32>) -> Lease {
        Lease { process, deadline: None, cache: "/cache".into() }
    }

    fn found(owner: Option<Owner>) -> Found {
        Found {
            instance: "a".into(),
            cluster: "seasense-a".into(),
            state: "/state/seasense-a".into(),
            has_state: true,
            has_checkout: owner.as_ref().map(|_| true),
            owner,
            lease: Some(of_process(None)),
            locked: false,
            cluster_state: Observed::Running,
            containers: vec![container("seasense-a-fleet", &[], &[])],
            volumes: Vec::new(),
        }
    }

    fn goes(found: &Found, now: i64) -> bool {
        matches!(evaluate(found, moment(now), true), Verdict::Remove(_))
    }

    #[test]
    fn what_belongs_to_no_living_owner_goes() {
        assert!(!goes(&found(Some(owner(None))), 9000));
        assert!(goes(&Found { has_checkout: Some(false), ..found(Some(owner(None))) }, 2000));
        assert!(!goes(&found(Some(owner(Some(60)))), 1059));
        assert!(goes(&found(Some(owner(Some(60)))), 1060));
        let dead = Found { lease: Some(of_process(Some(7))), ..found(Some(owner(None))) };
        assert!(goes(&dead, 1001), "its run holds no lock any more");
        assert!(goes(&Found { has_state: false, ..found(None) }, 2000));
        assert!(goes(&Found { containers: Vec::new(), ..found(None) }, 2000));
    }

    #[test]
    fn what_is_not_known_stays() {
        assert!(!goes(&found(None), 2000), "an environment of an earlier version");
        let far = Found { has_state: false, ..found(None) };
        assert!(
            matches!(evaluate(&far, moment(2000), false), Verdict::Keep(_)),
            "a daemon on another machine"
        );
        let watched = container("seasense-a-reaper", &[(labels::ROLE, labels::REAPER)], &[]);
        assert!(!goes(&Found { containers: vec![watched], ..far }, 2000), "a run that has only just begun");
        let empty = Found { containers: Vec::new(), ..found(Some(owner(None))) };
        assert!(!goes(&empty, 2000), "its files may hold what a person wants");
    }

    proptest! {
        #[test]
        fn what_a_run_works_on_never_goes(
            process in proptest::option::of(any::<u32>()), ttl in proptest::option::of(0u64..1000), known: bool,
            has_state: bool, has_checkout: bool, now in 1000i64..9000, local: bool,
        ) {
            let owner = known.then(|| owner(ttl));
            let found = Found { locked: true, lease: Some(of_process(process)), has_state, has_checkout: Some(has_checkout), ..found(owner) };
            prop_assert_eq!(evaluate(&found, moment(now), local), Verdict::Keep("a run works on it"));
        }

        #[test]
        fn an_owner_with_a_checkout_and_time_left_keeps_it(ttl in 1u64..1000, now in 0i64..1000) {
            let found = found(Some(owner(Some(ttl))));
            prop_assert_eq!(goes(&found, 1000 + now), now.unsigned_abs() >= ttl);
        }
    }
}
