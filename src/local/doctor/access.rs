//! Checks whether programs of this machine reach the platform: by its name, through the system's resolver,
//! and with TLS that a real handshake verifies.

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
        trust::{Certificate, Roots, TrustRecord, handshake},
    },
};

/// The timeout for a resolver whose server does not respond.
const RESOLVER_LIMIT: Duration = Duration::from_secs(5);
/// A CA certificate that expires within this time causes a warning; it is normally renewed much earlier.
const EXPIRES_SOON: jiff::SignedDuration = jiff::SignedDuration::from_hours(14 * 24);

/// The observed access from this machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Access {
    /// The public name of the platform.
    pub hostname: String,
    /// Its addresses according to the system's resolver, or the resolver's error.
    pub addresses: Option<Result<Vec<IpAddr>, String>>,
    /// The handshake with the gateway verified by `ca.crt`; `None` without the file or the gateway.
    pub by_file: Option<Result<(), String>>,
    /// The handshake verified by the system's trust store; `None` if the gateway does not run.
    pub by_system: Option<Result<(), String>>,
    /// Whether the issuer is a public CA, which every machine trusts.
    pub public_issuer: bool,
    /// The expiry of the CA certificate, and the current time.
    pub expires: Option<(jiff::Timestamp, jiff::Timestamp)>,
    /// Fingerprints of former CAs of this environment that are still trusted.
    pub former: Vec<String>,
}

/// Resolves the name and performs the handshakes.
pub async fn check_access(dirs: &HostDirs, environment: &Environment, now: jiff::Timestamp) -> Access {
    let (hostname, port) = (environment.variables.hostname.get_ref().clone(), environment.https_port());
    let cluster = environment.cluster_name();
    let pem = std::fs::read(authority_file(dirs, &cluster)).ok();
    let certificate = pem.as_deref().and_then(|pem| Certificate::read(pem).ok());
    let current = certificate.as_ref().map(|certificate| certificate.fingerprint.as_str());
    let entries =
        TrustRecord::open(&dirs.trust_record()).map(|record| record.of(&cluster)).unwrap_or_default();
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
        let handshakes = tokio::task::spawn_blocking(move || {
            let by_file = pem.map(|pem| error_cause(handshake(&hostname, port, Roots::Only(&pem))));
            (by_file, error_cause(handshake(&hostname, port, Roots::System)))
        });
        if let Ok((by_file, by_system)) = handshakes.await {
            (access.by_file, access.by_system) = (by_file, Some(by_system));
        }
    }
    access
}

fn error_cause(result: Result<String>) -> Result<(), String> {
    result.map(drop).map_err(|failure: Failure| failure.causes.last().cloned().unwrap_or(failure.message))
}

async fn runs(cluster: &str) -> bool {
    let Ok(docker) = Docker::connect().await else { return false };
    nodes::of(&docker, cluster).await.is_ok_and(|nodes| nodes.iter().any(|node| node.running))
}

/// Resolves `hostname` with the system's resolver, including `/etc/hosts`, as most programs do.
async fn resolve(hostname: String) -> Result<Vec<IpAddr>, String> {
    let lookup =
        tokio::task::spawn_blocking(move || (hostname.as_str(), 0).to_socket_addrs().map(Vec::from_iter));
    match tokio::time::timeout(RESOLVER_LIMIT, lookup).await {
        Ok(Ok(Ok(addresses))) => Ok(addresses.into_iter().map(|address| address.ip()).collect()),
        Ok(Ok(Err(error))) => Err(error.to_string()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no response within {} s", RESOLVER_LIMIT.as_secs())),
    }
}

/// Evaluates every rule whose fact is known.
pub fn evaluate_access(access: &Access) -> Vec<Finding> {
    [names(access), by_file(access), by_system(access), former(access), expiry(access)]
        .into_iter()
        .flatten()
        .collect()
}

fn names(access: &Access) -> Option<Finding> {
    let (id, name) = ("names.public", &access.hostname);
    let hint = format!("echo '127.0.0.1 {name}' | sudo tee -a /etc/hosts");
    Some(match access.addresses.as_ref()? {
        Ok(found) if !found.is_empty() && found.iter().all(IpAddr::is_loopback) => {
            Finding::ok(id, format!("`{name}` resolves to this machine"))
        }
        Ok(found) if !found.is_empty() => {
            let elsewhere: Vec<String> =
                found.iter().filter(|address| !address.is_loopback()).map(IpAddr::to_string).collect();
            let text = format!("`{name}` resolves to {}, which is not this machine", elsewhere.join(", "));
            Finding::bad(id, Level::Error, text, hint)
        }
        unknown => {
            let error = unknown.as_ref().err().map(|error| format!(": {error}")).unwrap_or_default();
            // By standard, names below `localhost` are the loopback address; browsers and curl need no
            // resolver for them.
            let (level, exception) = if name.ends_with(".localhost") {
                (Level::Warning, "; only browsers and curl can use it")
            } else {
                (Level::Error, "")
            };
            Finding::bad(id, level, format!("the resolver cannot resolve `{name}`{exception}{error}"), hint)
        }
    })
}

fn by_file(access: &Access) -> Option<Finding> {
    let id = "gateway.authority";
    Some(match access.by_file.as_ref()? {
        Ok(()) => Finding::ok(id, "`ca.crt` verifies the gateway's certificate"),
        Err(error) => {
            let text = format!("the TLS handshake with the gateway fails: {error}");
            let hint = "run `seasense dev`; `seasense status` shows what is not running";
            Finding::bad(id, Level::Error, text, hint).fixed_by(Fix::Authority)
        }
    })
}

fn by_system(access: &Access) -> Option<Finding> {
    let id = "gateway.system";
    Some(match (access.by_system.as_ref()?, access.public_issuer) {
        (Ok(()), _) => Finding::ok(id, "the system's trust store verifies the gateway's certificate"),
        (Err(error), true) => {
            let text = format!("the TLS handshake with the gateway fails: {error}");
            Finding::bad(id, Level::Error, text, "run `seasense logs gateway`")
        }
        (Err(error), false) => {
            let text = format!("the system's trust store does not trust the environment ({error})");
            Finding::bad(id, Level::Info, text, "run `seasense trust install` to trust it")
        }
    })
}

fn former(access: &Access) -> Option<Finding> {
    let count = access.former.len();
    (count > 0).then(|| {
        let shown: Vec<&str> = access.former.iter().filter_map(|fingerprint| fingerprint.get(..16)).collect();
        let text = format!("{count} former certificate authorities are still trusted: {}", shown.join(", "));
        Finding::bad(
            "trust.former",
            Level::Warning,
            text,
            "run `seasense trust remove`, then `seasense trust install`",
        )
    })
}

fn expiry(access: &Access) -> Option<Finding> {
    let (id, (end, now)) = ("trust.expiry", access.expires?);
    let days = end.duration_since(now).as_hours() / 24;
    Some(if end.duration_since(now) > EXPIRES_SOON {
        Finding::ok(id, format!("the CA certificate is valid for {days} days"))
    } else {
        let text = format!("the CA certificate expires at {end}");
        Finding::bad(id, Level::Warning, text, "run `seasense dev` to fetch the renewed one")
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
    fn name_must_resolve_to_this_machine() {
        let level = |hostname, addresses| names_of(hostname, addresses).level;
        assert_eq!(level("sea.localhost", Ok(&["127.0.0.1", "::1"])), Level::Ok);
        assert_eq!(level("sea.localhost", Ok(&["127.0.0.1", "192.0.2.1"])), Level::Error);
        assert_eq!(level("sea.localhost", Err("not known")), Level::Warning);
        assert_eq!(level("sea.example", Err("not known")), Level::Error);
        assert_eq!(level("sea.example", Ok(&[])), Level::Error);
        let hint = names_of("sea.example", Err("not known")).hint.unwrap();
        assert_eq!(hint, "echo '127.0.0.1 sea.example' | sudo tee -a /etc/hosts");
    }

    #[test]
    fn system_trust_is_required_only_for_a_public_issuer() {
        let of = |public_issuer| {
            let access =
                Access { by_system: Some(Err("UnknownIssuer".into())), public_issuer, ..Access::default() };
            by_system(&access).unwrap().level
        };
        assert_eq!(of(false), Level::Info);
        assert_eq!(of(true), Level::Error);
    }

    #[test]
    fn stale_ca_file_is_fixable_and_unknown_facts_are_skipped() {
        assert_eq!(evaluate_access(&Access::default()), []);
        let stale = Access { by_file: Some(Err("UnknownIssuer".into())), ..Access::default() };
        assert_eq!(evaluate_access(&stale)[0].fix, Some(Fix::Authority));
        let former = Access { former: vec!["ab".repeat(32)], ..Access::default() };
        assert_eq!(evaluate_access(&former)[0].level, Level::Warning);
    }

    #[test]
    fn certificate_that_expires_soon_is_a_warning() {
        let of = |days: i64| {
            let now = jiff::Timestamp::UNIX_EPOCH;
            let access = Access {
                expires: Some((now + jiff::SignedDuration::from_hours(24 * days), now)),
                ..Access::default()
            };
            expiry(&access).unwrap().level
        };
        assert_eq!(of(45), Level::Ok);
        assert_eq!(of(13), Level::Warning);
        assert_eq!(of(-1), Level::Warning);
    }
}
