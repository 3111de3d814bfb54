//! The trust status: which stores trust the environment's CA, verified by TLS handshakes with the gateway.

use serde::Serialize;

use super::{Certificate, Entry, Roots, StoreLocation, TrustSession, handshake, has_traces, is_trusted};
use crate::base::failure::{Context, Failure, Kind, Result};

/// The JSON document of `seasense trust status --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrustStatus {
    /// The version of the schema.
    pub version: u8,
    /// The environment's CA; `None` before the first `dev`.
    pub authority: Option<AuthorityStatus>,
    /// The selected stores of this machine.
    pub stores: Vec<StoreStatus>,
    /// The result of handshakes with the running gateway.
    pub handshake: GatewayStatus,
}

/// The CA of the environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuthorityStatus {
    /// Its subject.
    pub subject: String,
    /// SHA-256 of the certificate.
    pub fingerprint: String,
    /// Its expiry, RFC 3339.
    pub expires: String,
    /// The DNS names, including their subdomains, that it may sign for.
    pub permitted: Vec<String>,
}

/// One store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoreStatus {
    /// The kind of the store.
    pub store: &'static str,
    /// Its path.
    pub path: String,
    /// Whether it trusts the current CA.
    pub trusted: bool,
    /// Fingerprints of former CAs of the environment that it still trusts.
    pub outdated: Vec<String>,
    /// The program that must be installed before the store can be inspected; `None` if nothing is missing.
    pub missing: Option<String>,
}

/// The result of the handshakes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GatewayStatus {
    /// Whether `ca.crt` verifies the gateway's certificate; `None` without a CA.
    pub file: Option<bool>,
    /// Whether the system's store verifies it.
    pub system: bool,
    /// Why the system's store does not verify it; empty if it does.
    pub message: String,
}

impl TrustSession {
    /// Inspects the stores and performs the handshakes; changes nothing.
    pub async fn status(&self) -> Result<TrustStatus> {
        let entries = self.record.of(&self.cluster);
        let mut stores = Vec::new();
        for store in &self.stores {
            let mut trusted = false;
            let mut outdated = Vec::new();
            if store.missing.is_none() {
                if let Some(certificate) = &self.certificate {
                    trusted = is_trusted(&store.location, certificate).await?;
                }
                for certificate in former(&entries, &store.location, self.certificate.as_ref())? {
                    if has_traces(&store.location, &certificate).await? {
                        outdated.push(certificate.fingerprint);
                    }
                }
            }
            stores.push(StoreStatus {
                store: store.kind().name(),
                path: store.location.path().to_string_lossy().into_owned(),
                trusted,
                outdated,
                missing: store.missing.clone(),
            });
        }
        let authority = self.certificate.as_ref().map(|certificate| AuthorityStatus {
            subject: certificate.subject.clone(),
            fingerprint: certificate.fingerprint.clone(),
            expires: certificate.expires.to_string(),
            permitted: certificate.permitted.clone(),
        });
        Ok(TrustStatus { version: 2, authority, stores, handshake: self.gateway_status().await? })
    }

    async fn gateway_status(&self) -> Result<GatewayStatus> {
        let (host, port) = (self.hostname.clone(), self.https_port);
        let pem = self.certificate.as_ref().map(|certificate| certificate.pem.clone());
        let handshakes = tokio::task::spawn_blocking(move || {
            let file = pem.map(|pem| handshake(&host, port, Roots::Only(pem.as_bytes())).is_ok());
            (file, handshake(&host, port, Roots::System))
        });
        let (file, system) = handshakes.await.context(Kind::Internal, "cannot run the TLS handshakes")?;
        let message = |failure: Failure| failure.causes.last().cloned().unwrap_or(failure.message);
        Ok(GatewayStatus {
            file,
            system: system.is_ok(),
            message: system.err().map(message).unwrap_or_default(),
        })
    }
}

/// The certificates that were installed at `location` and are not the `current` one.
fn former(
    entries: &[Entry],
    location: &StoreLocation,
    current: Option<&Certificate>,
) -> Result<Vec<Certificate>> {
    let installed = entries.iter().filter(|entry| entry.location == *location);
    let other = installed.filter(|entry| current.is_none_or(|one| one.fingerprint != entry.fingerprint));
    other.map(|entry| Certificate::read(entry.pem.as_bytes())).collect()
}
