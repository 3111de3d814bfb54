//! Removes environments without a living owner, and no resource that another tool created.

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::Host;
use crate::{
    base::{
        event::Event,
        failure::{Context, Kind, Result},
    },
    config::HostDirs,
    local::{
        cluster::{Lock, RemoveScope, Removed, remove},
        inventory::FoundEnvironment,
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
    let mut evaluated = Vec::new();
    for found in super::inventory::inventory(host).await? {
        let mut decision = evaluate(&found, now, local);
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
        forget_locks(host)?;
    }
    Ok(evaluated)
}

/// Evaluates one environment; pure. `local` is true if containers and files are on the same machine: a state
/// directory of another machine may exist although it is not visible here.
pub fn evaluate(found: &FoundEnvironment, now: Timestamp, local: bool) -> Decision {
    if found.locked {
        return Decision::Keep("a run uses it");
    }
    let exists = !found.containers.is_empty() || !found.volumes.is_empty();
    let Some(owner) = &found.owner else {
        return match (found.has_state, exists) {
            (true, true) => Decision::Keep("it has no owner record"),
            (true, false) => Decision::Remove("only its state directory remains"),
            (false, _) if found.has_running_reaper() => Decision::Keep("its reaper is running"),
            (false, _) if !local => Decision::Keep("its state directory may be on another machine"),
            (false, _) => Decision::Remove("its state directory is missing"),
        };
    };
    if owner.deadline().is_some_and(|deadline| now >= deadline) {
        return Decision::Remove("its lease has expired");
    }
    if found.lease.as_ref().is_some_and(|lease| lease.process.is_some()) {
        return Decision::Remove("its owner process is dead");
    }
    if found.has_checkout == Some(false) {
        return Decision::Remove("its checkout is missing");
    }
    Decision::Keep("its checkout exists")
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

/// Removes the locks of environments that were bound to a process and no longer exist.
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
            cluster::ClusterState,
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

    fn found(owner: Option<Owner>) -> FoundEnvironment {
        FoundEnvironment {
            instance: "a".into(),
            cluster: "seasense-a".into(),
            state: "/state/seasense-a".into(),
            has_state: true,
            has_checkout: owner.as_ref().map(|_| true),
            owner,
            lease: Some(of_process(None)),
            locked: false,
            cluster_state: ClusterState::Running,
            containers: vec![container("seasense-a-fleet", &[], &[])],
            volumes: Vec::new(),
        }
    }

    fn is_removed(found: &FoundEnvironment, now: i64) -> bool {
        matches!(evaluate(found, moment(now), true), Decision::Remove(_))
    }

    #[test]
    fn environments_without_a_living_owner_are_removed() {
        assert!(!is_removed(&found(Some(owner(None))), 9000));
        assert!(is_removed(
            &FoundEnvironment { has_checkout: Some(false), ..found(Some(owner(None))) },
            2000
        ));
        assert!(!is_removed(&found(Some(owner(Some(60)))), 1059));
        assert!(is_removed(&found(Some(owner(Some(60)))), 1060));
        let dead = FoundEnvironment { lease: Some(of_process(Some(7))), ..found(Some(owner(None))) };
        assert!(is_removed(&dead, 1001), "its run no longer holds the lock");
        assert!(is_removed(&FoundEnvironment { has_state: false, ..found(None) }, 2000));
        assert!(is_removed(&FoundEnvironment { containers: Vec::new(), ..found(None) }, 2000));
    }

    #[test]
    fn unknown_environments_are_kept() {
        assert!(!is_removed(&found(None), 2000), "an environment of an earlier version");
        let far = FoundEnvironment { has_state: false, ..found(None) };
        assert!(
            matches!(evaluate(&far, moment(2000), false), Decision::Keep(_)),
            "the daemon is on another machine"
        );
        let watched = container("seasense-a-reaper", &[(labels::ROLE, labels::REAPER)], &[]);
        assert!(
            !is_removed(&FoundEnvironment { containers: vec![watched], ..far }, 2000),
            "a run that has just started"
        );
        let empty = FoundEnvironment { containers: Vec::new(), ..found(Some(owner(None))) };
        assert!(!is_removed(&empty, 2000), "its files may still be needed");
    }

    proptest! {
        #[test]
        fn locked_environments_are_always_kept(
            process in proptest::option::of(any::<u32>()), ttl in proptest::option::of(0u64..1000), known: bool,
            has_state: bool, has_checkout: bool, now in 1000i64..9000, local: bool,
        ) {
            let owner = known.then(|| owner(ttl));
            let found = FoundEnvironment { locked: true, lease: Some(of_process(process)), has_state, has_checkout: Some(has_checkout), ..found(owner) };
            prop_assert_eq!(evaluate(&found, moment(now), local), Decision::Keep("a run uses it"));
        }

        #[test]
        fn environment_is_kept_until_its_lease_expires(ttl in 1u64..1000, now in 0i64..1000) {
            let found = found(Some(owner(Some(ttl))));
            prop_assert_eq!(is_removed(&found, 1000 + now), now.unsigned_abs() >= ttl);
        }
    }
}
