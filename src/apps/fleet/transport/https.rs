//! HTTPS to the public gateway, whose certificate is verified.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Certificate, Client, StatusCode, Url, header};
use seasense::apps::shared::wire::{Answer, Batch};

use super::{SendError, SendFailure, Transport};

/// Time limit for one batch, from the connection to the response.
const ATTEMPT: Duration = Duration::from_secs(45);

/// Time limit to connect; a running gateway accepts connections at once.
const CONNECT: Duration = Duration::from_secs(3);

/// The backend behind its gateway.
#[derive(Debug, Clone)]
pub struct Https {
    client: Client,
    url: Url,
}

/// The reason why the settings are invalid.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The URL is not `https://host...`; plain HTTP is allowed for tests on this machine only.
    #[error("{0} must be an https URL (http only for 127.0.0.1)")]
    Scheme(Url),
    /// The CA file cannot be read.
    #[error("cannot read the CA file")]
    CaFile(#[from] std::io::Error),
    /// The CA file contains no certificate.
    #[error("the CA file {0} contains no certificate")]
    NoCertificate(PathBuf),
    /// The client cannot be created.
    #[error("cannot create the HTTPS client")]
    Client(#[from] reqwest::Error),
}

impl Https {
    /// Creates a client for the API at `api`. It trusts only the CA in `ca`, or the system's CAs without one.
    /// `connect` replaces the host's resolved address and the port.
    pub fn new(api: &Url, ca: Option<&Path>, connect: Option<SocketAddr>) -> Result<Self, ClientError> {
        let host = api.host_str().filter(|host| is_allowed(api.scheme(), host)).map(str::to_owned);
        let host = host.ok_or_else(|| ClientError::Scheme(api.clone()))?;
        let mut url = api.clone();
        url.set_path("/api/v1/observations");
        let mut client = Client::builder()
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(ATTEMPT)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("seasense-fleet/", env!("CARGO_PKG_VERSION")));
        if let Some(file) = ca {
            let certificates = Certificate::from_pem_bundle(&std::fs::read(file)?)?;
            if certificates.is_empty() {
                return Err(ClientError::NoCertificate(file.to_owned()));
            }
            client = client.tls_certs_only(certificates);
        }
        if let Some(address) = connect {
            // A port in the URL takes precedence over the port of the address.
            let _ = url.set_port(None);
            client = client.resolve(&host, address);
        }
        Ok(Self { client: client.build()?, url })
    }
}

impl Transport for Https {
    async fn send(&self, token: &str, batch: &Batch) -> Result<Answer, SendError> {
        let sent = self.client.post(self.url.clone()).bearer_auth(token).json(batch).send().await;
        let response = sent.map_err(|error| SendError::new(with_causes(&error)))?;
        let status = response.status();
        if status != StatusCode::OK {
            let retry_after =
                response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
            let retry_after = retry_after.and_then(|value| value.parse().ok()).map(Duration::from_secs);
            let kind = failure(status);
            let detail = response.json::<Problem>().await.map(|problem| format!(": {}", problem.detail));
            let reason = format!("the backend responded with {status}{}", detail.unwrap_or_default());
            return Err(SendError { reason, kind, retry_after });
        }
        response.json().await.map_err(|error| SendError::new(with_causes(&error)))
    }
}

/// The part of a problem (RFC 9457) that the log shows.
#[derive(serde::Deserialize)]
struct Problem {
    detail: String,
}

/// Other client errors are those of a gateway or of a wrong address, not of the batch.
fn failure(status: StatusCode) -> SendFailure {
    match status {
        StatusCode::UNAUTHORIZED => SendFailure::Unauthorised,
        StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE | StatusCode::UNPROCESSABLE_ENTITY => {
            SendFailure::Refused
        }
        _ => SendFailure::Transient,
    }
}

fn is_allowed(scheme: &str, host: &str) -> bool {
    scheme == "https" || (scheme == "http" && host == "127.0.0.1")
}

/// Returns the error with its causes, which reqwest's own text does not contain.
fn with_causes(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_faults_of_the_batch_are_refusals() {
        for status in [400, 413, 422] {
            assert_eq!(failure(StatusCode::from_u16(status).unwrap()), SendFailure::Refused, "{status}");
        }
        for status in [404, 408, 429, 500, 502, 503] {
            assert_eq!(failure(StatusCode::from_u16(status).unwrap()), SendFailure::Transient, "{status}");
        }
        assert_eq!(failure(StatusCode::UNAUTHORIZED), SendFailure::Unauthorised);
    }

    #[test]
    fn plain_http_is_allowed_for_loopback_only() {
        assert!(is_allowed("https", "seasense.example"));
        assert!(is_allowed("http", "127.0.0.1"));
        assert!(!is_allowed("http", "seasense.example"));
        assert!(!is_allowed("ftp", "127.0.0.1"));
    }
}
