//! Names and ports of local environments: two checkouts never share one.
//!
//! The first checkout that starts `local` gets the plain name and the port of its environment file; another
//! one gets a name with a stable suffix derived from its directory, and the next free port. Both are recorded
//! in the state directory until the environment is removed.

use std::{path::Path, time::Duration};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::lock::Lock;
use crate::{
    base::{
        event::{Event, Events},
        failure::Result,
    },
    config::{Environment, HostDirs, Project},
    local::{doctor::is_free, leases::Owner, place::Place},
};

/// The lock that serialises the assignment of names and ports.
const NAMES_LOCK: &str = "names";
const NAMES_LOCK_LIMIT: Duration = Duration::from_secs(10);

/// How many ports after the one of the environment file are tried.
const PORTS: u16 = 200;

/// A name on this machine that is in use.
#[derive(Debug, Clone, PartialEq, Eq)]
struct NameClaim {
    instance: String,
    owner: Owner,
}

/// Returns the environment with its name and port on this machine, or with those that it would get; writes
/// nothing. An attached environment is the same from every checkout.
pub fn resolve(dirs: &HostDirs, project: &Project, environment: Environment) -> Environment {
    if environment.cluster.engine.is_attached() {
        return environment;
    }
    let claims = claims(dirs);
    let name = choose(environment.name(), project.root(), &claims);
    // A rehearsal has no file that names a port.
    let given = name.as_str() != environment.name() || environment.is_rehearsal();
    let port = match claims.iter().find(|claim| claim.instance == name) {
        // Its file may name another port by now: `ensure` reports that difference.
        Some(claim) if given => claim.owner.https_port,
        None if given => {
            free_port(environment.https_port(), &claims, is_free).unwrap_or_else(|| environment.https_port())
        }
        _ => environment.https_port(),
    };
    environment.as_instance(&name, port)
}

/// Claims the name and the port for this checkout, before anything of the environment is created.
pub async fn claim(
    dirs: &HostDirs,
    project: &Project,
    environment: Environment,
    now: Timestamp,
    events: &Events,
) -> Result<Environment> {
    let _lock = Lock::take(dirs, NAMES_LOCK, Some(NAMES_LOCK_LIMIT), events).await?;
    let environment = resolve(dirs, project, environment);
    let cluster = environment.cluster_name();
    let known = Owner::read(dirs, &cluster);
    if known.is_none() && environment.instance() != environment.name() {
        let text = format!(
            "another checkout uses the name `{}` on this machine: this one is `{}` on port {}",
            environment.name(),
            environment.instance(),
            environment.https_port()
        );
        events.emit(Event::Notice { text });
    }
    let owner = Owner {
        project: project.root().to_owned(),
        environment: environment.name().clone(),
        https_port: environment.https_port(),
        created: known.as_ref().map_or(now, |owner| owner.created),
        ttl_seconds: known.as_ref().and_then(|owner| owner.ttl_seconds),
        place: Some(Place::of(project.root())),
    };
    if known.as_ref() != Some(&owner) {
        owner.write(dirs, &cluster)?;
    }
    Ok(environment)
}

/// Every environment with an owner record, sorted by name.
fn claims(dirs: &HostDirs) -> Vec<NameClaim> {
    dirs.clusters()
        .into_iter()
        .filter_map(|cluster| {
            let owner = Owner::read(dirs, &cluster)?;
            let instance = cluster.strip_prefix("seasense-")?.to_owned();
            Some(NameClaim { instance, owner })
        })
        .collect()
}

/// The name of `environment` for the checkout at `root`; pure except for the check whether an owner's
/// checkout exists.
fn choose(environment: &str, root: &Path, claims: &[NameClaim]) -> String {
    let suffixed = with_suffix(environment, root);
    let is_own = |claim: &&NameClaim| claim.owner.project == root && claim.owner.environment == *environment;
    let own = [environment, &suffixed]
        .map(|name| claims.iter().filter(is_own).find(|claim| claim.instance == name));
    if let Some(own) = own.into_iter().flatten().next() {
        return own.instance.clone();
    }
    match claims.iter().find(|claim| claim.instance == environment) {
        // A checkout that was moved or cloned again takes over the environment of its predecessor, but not that of
        // a checkout that only cannot be seen from here.
        Some(other) if !is_gone(&other.owner) => suffixed,
        _ => environment.to_owned(),
    }
}

/// Whether the checkout of `owner` no longer exists. A record of an earlier version has no place.
fn is_gone(owner: &Owner) -> bool {
    !owner.checkout_exists() && (owner.place.is_none() || owner.is_checkout_deleted())
}

/// `environment` with four digits derived from the directory. A name has at most 20 characters in an
/// environment file, so the result is far below the limit of 63 for a host name.
fn with_suffix(environment: &str, root: &Path) -> String {
    let digest = Sha256::digest(root.as_os_str().as_encoded_bytes());
    format!("{environment}-{}", &hex::encode(digest)[..4])
}

fn free_port(first: u16, claims: &[NameClaim], free: impl Fn(u16) -> bool) -> Option<u16> {
    (first..=last(first))
        .find(|port| !claims.iter().any(|claim| claim.owner.https_port == *port) && free(*port))
}

fn last(first: u16) -> u16 {
    first.saturating_add(PORTS)
}

#[cfg(test)]
#[path = "name_claim_tests.rs"]
mod tests;
