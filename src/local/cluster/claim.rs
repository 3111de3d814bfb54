//! Names and ports of environments on this machine, so that two checkouts never share one.
//!
//! The first checkout that brings up `local` gets the plain name and the port of its environment file; another one gets
//! a name with a mark of its own folder, the same every time, and the next free port. What was given is kept in the
//! state folder until the environment is removed.

use std::{path::Path, time::Duration};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::lock::Lock;
use crate::local::{doctor::is_free, leases::Owner};
use crate::{
    base::{
        event::{Event, Events},
        failure::Result,
    },
    config::{Environment, HostDirs, Project},
};

/// The lock under which names and ports are given; held for an instant.
const COUNTER: &str = "names";
const COUNTER_LIMIT: Duration = Duration::from_secs(10);

/// How many ports after the one that the environment file names are tried.
const PORTS: u16 = 200;

/// An environment that has a name on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Taken {
    instance: String,
    owner: Owner,
}

/// The environment under the name and port that it has on this machine, or would get; nothing is written. An attached
/// one is the same from everywhere.
pub fn resolve(dirs: &HostDirs, project: &Project, environment: Environment) -> Environment {
    if environment.cluster.engine.is_attached() {
        return environment;
    }
    let taken = taken(dirs);
    let name = choose(environment.name(), project.root(), &taken);
    // A rehearsal has no file that would name a port for it alone.
    let given = name.as_str() != environment.name() || environment.is_rehearsal();
    let port = match taken.iter().find(|one| one.instance == name) {
        // Its own file may say another port by now: `engine::ensure` tells that, as nothing else would.
        Some(one) if given => one.owner.https_port,
        None if given => {
            free_port(environment.https_port(), &taken, is_free).unwrap_or_else(|| environment.https_port())
        }
        _ => environment.https_port(),
    };
    environment.as_instance(&name, port)
}

/// Takes the name and the port for this checkout, before anything of the environment is made.
pub async fn claim(
    dirs: &HostDirs,
    project: &Project,
    environment: Environment,
    now: Timestamp,
    events: &Events,
) -> Result<Environment> {
    let _counter = Lock::take(dirs, COUNTER, Some(COUNTER_LIMIT), events).await?;
    let environment = resolve(dirs, project, environment);
    let cluster = environment.cluster_name();
    let known = Owner::read(dirs, &cluster);
    if known.is_none() && environment.instance() != environment.name() {
        let text = format!(
            "another checkout has the name `{}` on this machine: this one is `{}`, on port {}",
            environment.name(),
            environment.instance(),
            environment.https_port()
        );
        events.emit(Event::Notice { text });
    }
    let owner = Owner {
        project: project.root().to_owned(),
        environment: environment.name().to_string(),
        https_port: environment.https_port(),
        created: known.as_ref().map_or(now, |owner| owner.created),
        ttl_seconds: known.as_ref().and_then(|owner| owner.ttl_seconds),
    };
    if known.as_ref() != Some(&owner) {
        owner.write(dirs, &cluster)?;
    }
    Ok(environment)
}

/// Every environment with an owner, sorted by name.
fn taken(dirs: &HostDirs) -> Vec<Taken> {
    dirs.clusters()
        .into_iter()
        .filter_map(|cluster| {
            let owner = Owner::read(dirs, &cluster)?;
            let instance = cluster.strip_prefix("seasense-")?.to_owned();
            Some(Taken { instance, owner })
        })
        .collect()
}

/// The name of `environment` for the checkout at `root`; pure but for the question whether an owner's folder is there.
fn choose(environment: &str, root: &Path, taken: &[Taken]) -> String {
    let marked = marked(environment, root);
    let mine = |one: &&Taken| one.owner.project == root && one.owner.environment == environment;
    let own = [environment, &marked].map(|name| taken.iter().filter(mine).find(|one| one.instance == name));
    if let Some(own) = own.into_iter().flatten().next() {
        return own.instance.clone();
    }
    match taken.iter().find(|one| one.instance == environment) {
        // A checkout that was moved or made anew goes on with what its predecessor left.
        Some(other) if other.owner.has_home() => marked,
        _ => environment.to_owned(),
    }
}

/// `environment` with four digits that stand for the folder; a name has at most 20 characters in an environment file,
/// so that this stays well below the 63 that a host name may have.
fn marked(environment: &str, root: &Path) -> String {
    let digest = Sha256::digest(root.as_os_str().as_encoded_bytes());
    format!("{environment}-{}", &hex::encode(digest)[..4])
}

fn free_port(first: u16, taken: &[Taken], free: impl Fn(u16) -> bool) -> Option<u16> {
    (first..=last(first)).find(|port| !taken.iter().any(|one| one.owner.https_port == *port) && free(*port))
}

fn last(first: u16) -> u16 {
    first.saturating_add(PORTS)
}

#[cfg(test)]
#[path = "claim_tests.rs"]
mod tests;
