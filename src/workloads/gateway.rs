//! The public endpoint of an environment: HTTPS through the gateway, trusting only the environment's authority.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    base::{
        failure::{Context, Failure, Kind, Result},
        k8s::tls,
    },
    config::{Environment, Issuer},
};

const CONNECT_LIMIT: Duration = Duration::from_secs(2);
const ANSWER_LIMIT: Duration = Duration::from_secs(3);
/// The limit for an endpoint on another machine.
const REMOTE_LIMIT: Duration = Duration::from_secs(10);

/// An HTTPS client outside the cluster that uses the public hostname and trusts only the environment's
/// authority.
#[derive(Debug, Clone)]
pub struct PublicEndpoint {
    http: reqwest::Client,
    base: String,
}

/// Whether the gateway can be reached from outside.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct GatewayHealth {
    /// The public address, for example `https://seasense.localhost:8443`.
    pub address: String,
    /// Whether the API answers through it.
    pub https: bool,
    /// Whether its certificate was verified for its name against the environment's authority.
    pub tls_verified: bool,
    /// The cause of a problem; empty if there is none.
    pub message: String,
    /// The problem that the API itself reports: then the gateway works, and the backend does not.
    #[serde(skip)]
    pub reported: Option<ApiProblem>,
}

/// A problem (RFC 9457) that the API reports.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ApiProblem {
    /// What is wrong.
    pub detail: String,
    /// The cause, for programs; empty in answers of earlier versions.
    #[serde(default)]
    pub code: String,
}

/// The number and age of the stored readings, as the API reports them.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Summary {
    /// Stored readings.
    pub readings: u64,
    /// Known buoys.
    pub buoys: u64,
    /// When the newest reading was measured.
    pub latest_observed_at: Option<jiff::Timestamp>,
    /// When a reading was last stored.
    pub latest_received_at: Option<jiff::Timestamp>,
    /// The server's clock.
    pub server_time: jiff::Timestamp,
}

impl Summary {
    /// Age of the newest reading in seconds, by the server's own clock: since it was measured, or since the last
    /// one arrived if that is longer. The clock of a buoy may be ahead, so that its reading looks fresh while
    /// nothing arrives.
    pub fn age_s(&self) -> Option<f64> {
        let since = |time| self.server_time.duration_since(time).as_secs_f64().max(0.0);
        let measured = since(self.latest_observed_at?);
        Some(self.latest_received_at.map_or(measured, |arrived| measured.max(since(arrived))))
    }
}

impl PublicEndpoint {
    /// Creates a client of `hostname` on `port` of this machine that trusts only `authority`, PEM.
    pub fn new(hostname: &str, port: u16, authority: &[u8]) -> Result<Self> {
        tls::install();
        let what = "prepare to reach the gateway";
        let authority = reqwest::Certificate::from_pem(authority).context(Kind::Workload, what)?;
        let http = on_this_machine(hostname, port)
            .tls_certs_only([authority])
            .build()
            .context(Kind::Workload, what)?;
        Ok(Self { http, base: public_url(hostname, port) })
    }

    /// Creates a client of the gateway of `environment`. It trusts the authority that the environment's cluster
    /// created, PEM, or those that this machine trusts if the certificate is public.
    ///
    /// A local environment, and any hostname below `.localhost`, is reached on 127.0.0.1.
    pub fn of_environment(environment: &Environment, authority: Option<&[u8]>) -> Result<Self> {
        let (hostname, port) = (environment.variables.hostname.get_ref(), environment.https_port());
        let here = !environment.cluster.engine.is_attached() || hostname.ends_with(".localhost");
        tls::install();
        let what = "prepare to reach the gateway";
        let mut http = if here { on_this_machine(hostname, port) } else { remote() };
        if environment.variables.issuer == Issuer::SelfSigned {
            let authority = reqwest::Certificate::from_pem(authority.unwrap_or_default());
            http = http.tls_certs_only([authority.context(Kind::Workload, what)?]);
        }
        Ok(Self { http: http.build().context(Kind::Workload, what)?, base: public_url(hostname, port) })
    }

    /// The public URL, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.base
    }

    /// Requests the number and age of the stored readings.
    pub async fn summary(&self) -> Result<Summary> {
        let url = format!("{}/api/v1/summary", self.base);
        let what = || format!("get {url}");
        let answer = self.http.get(&url).send().await.with_context(Kind::Workload, what)?;
        let answer = answer.error_for_status().with_context(Kind::Workload, what)?;
        answer.json().await.with_context(Kind::Workload, what)
    }

    /// Requests `path`; returns the status code and the body.
    pub async fn get(&self, path: &str) -> Result<(u16, String)> {
        self.send(self.http.get(format!("{}{path}", self.base)), path).await
    }

    /// Requests `path` with a header; returns the status code, and whether the answer has the same header.
    pub async fn get_with_header(
        &self,
        path: &str,
        (name, value): (&'static str, &'static str),
    ) -> Result<(u16, bool)> {
        let what = || format!("request {}{path}", self.base);
        let request = self.http.get(format!("{}{path}", self.base)).header(name, value);
        let answer = request.send().await.with_context(Kind::Workload, what)?;
        let echoed = answer.headers().get(name).is_some_and(|found| found == value);
        let status = answer.status().as_u16();
        answer.bytes().await.with_context(Kind::Workload, what)?;
        Ok((status, echoed))
    }

    /// Posts `body`, JSON, to `path` without a token; returns the status code and the body of the answer.
    pub async fn post(&self, path: &str, body: &'static str) -> Result<(u16, String)> {
        let request = self.http.post(format!("{}{path}", self.base));
        self.send(request.header("content-type", "application/json").body(body), path).await
    }

    async fn send(&self, request: reqwest::RequestBuilder, path: &str) -> Result<(u16, String)> {
        let what = || format!("request {}{path}", self.base);
        let answer = request.send().await.with_context(Kind::Workload, what)?;
        let status = answer.status().as_u16();
        Ok((status, answer.text().await.with_context(Kind::Workload, what)?))
    }

    /// Creates a client that trusts no authority and therefore must reject the gateway's certificate.
    pub fn without_trust(hostname: &str, port: u16) -> Result<Self> {
        tls::install();
        let http = on_this_machine(hostname, port).tls_certs_only([]).build();
        let http = http.context(Kind::Workload, "prepare to reach the gateway")?;
        Ok(Self { http, base: public_url(hostname, port) })
    }

    /// Creates a client of a test server on a port of this machine, without TLS.
    #[cfg(test)]
    pub(crate) fn plain(port: u16) -> Self {
        let base = format!("http://{}:{port}", Ipv4Addr::LOCALHOST);
        tls::install();
        Self { http: reqwest::Client::builder().no_proxy().build().unwrap(), base }
    }

    /// Requests the page; fails if the response is not an HTML page.
    pub async fn page(&self) -> Result<()> {
        let url = format!("{}/", self.base);
        let what = || format!("get {url}");
        let answer = self.http.get(&url).send().await.with_context(Kind::Workload, what)?;
        let answer = answer.error_for_status().with_context(Kind::Workload, what)?;
        let text = answer.text().await.with_context(Kind::Workload, what)?;
        if text.contains("<html") {
            return Ok(());
        }
        Err(Failure::new(Kind::Workload, what()).because("the response is not an HTML page"))
    }

    /// Requests the API's summary; returns the health of the gateway with it.
    pub async fn probe(&self) -> (GatewayHealth, Option<Summary>) {
        let address = self.base.clone();
        let url = format!("{address}/api/v1/summary");
        let answer = match self.http.get(&url).send().await {
            Ok(answer) => answer,
            Err(error) => {
                let message = Failure::new(Kind::Workload, "").caused_by(&error).causes.join(": ");
                return (GatewayHealth { address, message, ..GatewayHealth::default() }, None);
            }
        };
        let verified = GatewayHealth { address, tls_verified: true, ..GatewayHealth::default() };
        let (status, is_problem) = (answer.status(), is_problem(&answer));
        let body = answer.bytes().await.unwrap_or_default();
        if status.is_success()
            && let Ok(summary) = serde_json::from_slice(&body)
        {
            return (GatewayHealth { https: true, ..verified }, Some(summary));
        }
        let reported: Option<ApiProblem> = is_problem.then(|| serde_json::from_slice(&body).ok()).flatten();
        let detail = reported.as_ref().map_or(String::new(), |problem| format!(": {}", problem.detail));
        let message = format!("GET /api/v1/summary answered {status}{detail}");
        (GatewayHealth { message, reported, ..verified }, None)
    }
}

/// Whether the backend wrote an answer: the gateway has no problem details of its own.
fn is_problem(answer: &reqwest::Response) -> bool {
    answer.headers().get("content-type").is_some_and(|found| found == "application/problem+json")
}

fn remote() -> reqwest::ClientBuilder {
    reqwest::Client::builder().https_only(true).connect_timeout(REMOTE_LIMIT).timeout(REMOTE_LIMIT)
}

fn on_this_machine(hostname: &str, port: u16) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .resolve(hostname, SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .https_only(true)
        // A proxy from the process environment cannot reach this machine.
        .no_proxy()
        .connect_timeout(CONNECT_LIMIT)
        .timeout(ANSWER_LIMIT)
}

/// The public URL of an environment; port 443 is omitted.
pub fn public_url(hostname: &str, port: u16) -> String {
    if port == 443 { format!("https://{hostname}") } else { format!("https://{hostname}:{port}") }
}

#[cfg(test)]
#[path = "gateway_tests.rs"]
mod tests;
