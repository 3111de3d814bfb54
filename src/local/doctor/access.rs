//! Whether programs of this machine reach the platform as a person would: by its name, through the system's resolver, and
//! with TLS that is verified by a real handshake.

use std::{
    net::{IpAddr, ToSocketAddrs},
    time::Duration,
};

use super::finding::{Finding, Fix, Level};
use crate::{
    base::{
        docker::Docker,
        failure::{Failure, Result},
    },
    config::{Environment, HostDirs, Issuer},
    local::{
        cluster::{authority_file, nodes},
        trust::{Certificate, Roots, TrustStore, handshake},
    },
};

/// A resolver that asks a server that is silent takes longer.
const RESOLVER_LIMIT: Duration = Duration::from_secs(5);
/// An authority is renewed by itself long before.
const EXPIRES_SOON: jiff::SignedDuration = jiff::SignedDuration::from_hours(14 * 24);

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Access {
    /// The public name.
    pub hostname: String,
    /// Its addresses as the system's resolver tells them, or why it tells none.
    pub addresses: Option<Result<Vec<IpAddr>, String>>,
    /// The handshake with the gateway by the authority's file, where both are there.
    pub by_file: Option<Result<(), String>>,
    /// The handshake by the system's store, where the gateway runs.
    pub by_system: Option<Result<(), String>>,
    /// Whether a public authority signs, which every machine trusts by itself.
    pub public_issuer: bool,
    /// When the authority's certificate ends, and the time it is now.
    pub expires: Option<(jiff::Timestamp, jiff::Timestamp)>,
    /// Fingerprints that were trusted for this environment and are not its authority's.
    pub former: Vec<String>,
}

/// Looks names up and shakes hands.
pub async fn reach(dirs: &HostDirs, environment: &Environment, now: jiff::Timestamp) -> Access {
    let (hostname, port) = (environment.variables.hostname.get_ref().clone(), environment.https_port());
    let cluster = environment.cluster_name();
    let pem = std::fs::read(authority_file(dirs, &cluster)).ok();
    let certificate = pem.as_deref().and_then(|pem| Certificate::read(pem).ok());
    let current = certificate.as_ref().map(|certificate| certificate.fingerprint.as_str());
    let entries =
        TrustStore::open(&dirs.trust_ledger()).map(|ledger| ledger.of(&cluster)).unwrap_or_default();
    let mut former: Vec<String> = entries.into_iter().map(|entry| entry.fingerprint).collect();
    former.retain(|fingerprint| Some(fingerprint.as_str()) != current);
    former.sort();
    former.dedup();
    let mut access = Access {
        addresses: Some(resolve(hostname.clone()).await),
        public_issuer: environment.variables.issuer == Issuer::Acme,
        expires: certificate.as_ref().map(|certificate| (certificate.expires, now)),
        former,
        hostname: hostname.clone(),
        ..Access::default()
    };
    if runs(&cluster).await {
        let shaken = tokio::task::spawn_blocking(move || {
            let by_file = pem.map(|pem| describe(handshake(&hostname, port, Roots::Only(&pem))));
            (by_file, describe(handshake(&hostname, port, Roots::System)))
        });
        if let Ok((by_file, by_system)) = shaken.await {
            (access.by_file, access.by_system) = (by_file, Some(by_system));
        }
    }
    access
}

fn describe(result: Result<String>) -> Result<(), String> {
    result.map(drop).map_err(|failure: Failure| failure.causes.last().cloned().unwrap_or(failure.message))
}

async fn runs(cluster: &str) -> bool {
    let Ok(docker) = Docker::connect().await else { return false };
    nodes::of(&docker, cluster).await.is_ok_and(|nodes| nodes.iter().any(|node| node.running))
}

/// The system's own resolver, with `/etc/hosts` and all: what a program asks that knows nothing better.
async fn resolve(hostname: String) -> Result<Vec<IpAddr>, String> {
    let asked =
        tokio::task::spawn_blocking(move || (hostname.as_str(), 0).to_socket_addrs().map(Vec::from_iter));
    match tokio::time::timeout(RESOLVER_LIMIT, asked).await {
        Ok(Ok(Ok(addresses))) => Ok(addresses.into_iter().map(|address| address.ip()).collect()),
        Ok(Ok(Err(error))) => Err(error.to_string()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no answer within {} s", RESOLVER_LIMIT.as_secs())),
    }
}

/// Applies every rule whose fact is known.
pub fn judge_access(access: &Access) -> Vec<Finding> {
    [names(access), by_file(access), by_system(access), former(access), expiry(access)]
        .into_iter()
        .flatten()
        .collect()
}

fn names(access: &Access) -> Option<Finding> {
    let (id, name) = ("names.public", &access.hostname);
    let cure = format!("echo '127.0.0.1 {name}' | sudo tee -a /etc/hosts");
    Some(match access.addresses.as_ref()? {
        Ok(found) if !found.is_empty() && found.iter().all(IpAddr::is_loopback) => {
            Finding::ok(id, format!("`{name}` is this machine for every program"))
        }
        Ok(found) if !found.is_empty() => {
            let elsewhere: Vec<String> =
                found.iter().filter(|address| !address.is_loopback()).map(IpAddr::to_string).collect();
            let text = format!("`{name}` is {}, which is not this machine", elsewhere.join(", "));
            Finding::bad(id, Level::Error, text, cure)
        }
        unknown => {
            let why = unknown.as_ref().err().map(|why| format!(": {why}")).unwrap_or_default();
            // Names below `localhost` are the loopback by standard, and browsers and curl need no resolver for them.
            let (level, who) = if name.ends_with(".localhost") {
                (Level::Warning, "; browsers and curl know it by themselves, other programs do not")
            } else {
                (Level::Error, "")
            };
            Finding::bad(id, level, format!("the resolver does not know `{name}`{who}{why}"), cure)
        }
    })
}

fn by_file(access: &Access) -> Option<Finding> {
    let id = "gateway.authority";
    Some(match access.by_file.as_ref()? {
        Ok(()) => Finding::ok(id, "a handshake with the gateway is verified by `ca.crt`"),
        Err(why) => {
            let text = format!("a handshake with the gateway fails: {why}");
            let cure = "run `seasense dev`; `seasense status` tells what does not run";
            Finding::bad(id, Level::Error, text, cure).fixed_by(Fix::Authority)
        }
    })
}

fn by_system(access: &Access) -> Option<Finding> {
    let id = "gateway.system";
    Some(match (access.by_system.as_ref()?, access.public_issuer) {
        (Ok(()), _) => Finding::ok(id, "a handshake with the gateway is verified by the system's store"),
        (Err(why), true) => {
            let text = format!("a handshake with the gateway fails: {why}");
            Finding::bad(id, Level::Error, text, "`seasense logs gateway` shows what Envoy says")
        }
        (Err(why), false) => {
            let text = format!("this machine's programs do not trust the environment ({why})");
            Finding::bad(id, Level::Info, text, "`seasense trust install`, if you want them to")
        }
    })
}

fn former(access: &Access) -> Option<Finding> {
    let count = access.former.len();
    (count > 0).then(|| {
        let shown: Vec<&str> = access.former.iter().filter_map(|fingerprint| fingerprint.get(..16)).collect();
        let text =
            format!("{count} former authorities were trusted and not taken back: {}", shown.join(", "));
        Finding::bad(
            "trust.former",
            Level::Warning,
            text,
            "`seasense trust remove`, then `seasense trust install`",
        )
    })
}

fn expiry(access: &Access) -> Option<Finding> {
    let (id, (end, now)) = ("trust.expiry", access.expires?);
    let days = end.duration_since(now).as_hours() / 24;
    Some(if end.duration_since(now) > EXPIRES_SOON {
        Finding::ok(id, format!("the authority's certificate is valid for {days} days more"))
    } else {
        let text = format!("the authority's certificate ends {end}");
        Finding::bad(
            id,
            Level::Warning,
            text,
            "run `seasense dev`: it takes up the one that the cluster made since",
        )
        .fixed_by(Fix::Authority)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_of(hostname: &str, addresses: Result<&[&str], &str>) -> Finding {
        let parse = |list: &[&str]| list.iter().map(|address| address.parse().unwrap()).collect();
        let addresses = Some(addresses.map(parse).map_err(str::to_owned));
        names(&Access { hostname: hostname.into(), addresses, ..Access::default() }).unwrap()
    }

    #[test]
    fn a_name_must_mean_this_machine() {
        let level = |hostname, addresses| names_of(hostname, addresses).level;
        assert_eq!(level("sea.localhost", Ok(&["127.0.0.1", "::1"])), Level::Ok);
        assert_eq!(level("sea.localhost", Ok(&["127.0.0.1", "192.0.2.1"])), Level::Error);
        assert_eq!(level("sea.localhost", Err("not known")), Level::Warning);
        assert_eq!(level("sea.example", Err("not known")), Level::Error);
        assert_eq!(level("sea.example", Ok(&[])), Level::Error);
        let cure = names_of("sea.example", Err("not known")).cure.unwrap();
        assert_eq!(cure, "echo '127.0.0.1 sea.example' | sudo tee -a /etc/hosts");
    }

    #[test]
    fn not_to_be_trusted_by_the_system_is_no_fault_unless_the_issuer_is_public() {
        let of = |public_issuer| {
            let access =
                Access { by_system: Some(Err("UnknownIssuer".into())), public_issuer, ..Access::default() };
            by_system(&access).unwrap().level
        };
        assert_eq!((of(false), of(true)), (Level::Info, Level::Error));
    }

    #[test]
    fn a_stale_file_can_be_fixed_and_what_is_not_known_judges_nothing() {
        assert_eq!(judge_access(&Access::default()), []);
        let stale = Access { by_file: Some(Err("UnknownIssuer".into())), ..Access::default() };
        assert_eq!(judge_access(&stale)[0].fix, Some(Fix::Authority));
        let former = Access { former: vec!["ab".repeat(32)], ..Access::default() };
        assert_eq!(judge_access(&former)[0].level, Level::Warning);
    }

    #[test]
    fn an_authority_that_ends_soon_is_told() {
        let of = |days: i64| {
            let now = jiff::Timestamp::UNIX_EPOCH;
            let access = Access {
                expires: Some((now + jiff::SignedDuration::from_hours(24 * days), now)),
                ..Access::default()
            };
            expiry(&access).unwrap().level
        };
        assert_eq!((of(45), of(13), of(-1)), (Level::Ok, Level::Warning, Level::Warning));
    }
}
