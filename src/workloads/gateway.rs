//! The public way in: HTTPS on 127.0.0.1, trusting only the environment's own authority.

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
/// The same across the world.
const FAR_LIMIT: Duration = Duration::from_secs(10);

/// Somebody outside the cluster who knows the public name and trusts the environment's authority, and nobody else.
#[derive(Debug, Clone)]
pub struct Public {
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
    /// Whether the certificate it showed was verified for its name against the environment's authority.
    pub tls_verified: bool,
    /// Why not; empty where all is well.
    pub message: String,
}

/// How much data there is and how fresh it is, as the API tells everybody.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Summary {
    /// Readings that are stored.
    pub readings: u64,
    /// Buoys that are known.
    pub buoys: u64,
    /// When the newest reading was measured.
    pub latest_observed_at: Option<jiff::Timestamp>,
    /// When a reading was last stored.
    pub latest_received_at: Option<jiff::Timestamp>,
    /// The server's clock.
    pub server_time: jiff::Timestamp,
}

impl Summary {
    /// Age of the newest reading in seconds, by the server's own clock.
    pub fn age_s(&self) -> Option<f64> {
        let age = self.server_time.duration_since(self.latest_observed_at?);
        Some(age.as_secs_f64().max(0.0))
    }
}

impl Public {
    /// Reaches `hostname` on `port` of this machine and trusts only `authority`, PEM.
    pub fn new(hostname: &str, port: u16, authority: &[u8]) -> Result<Self> {
        tls::install();
        let what = "prepare to reach the gateway";
        let authority = reqwest::Certificate::from_pem(authority).context(Kind::Workload, what)?;
        let http =
            reachable(hostname, port).tls_certs_only([authority]).build().context(Kind::Workload, what)?;
        Ok(Self { http, base: address(hostname, port) })
    }

    /// Reaches the gateway of `environment` as the world does, and trusts whoever signs for it: the authority that its
    /// own cluster made, PEM, or those that this machine trusts.
    ///
    /// What is made on this machine, and whatever has a name below `.localhost`, is reached on 127.0.0.1.
    pub fn of(environment: &Environment, authority: Option<&[u8]>) -> Result<Self> {
        let (hostname, port) = (environment.variables.hostname.get_ref(), environment.https_port());
        let here = !environment.cluster.engine.is_attached() || hostname.ends_with(".localhost");
        tls::install();
        let what = "prepare to reach the gateway";
        let mut http = if here { reachable(hostname, port) } else { far() };
        if environment.variables.issuer == Issuer::SelfSigned {
            let authority = reqwest::Certificate::from_pem(authority.unwrap_or_default());
            http = http.tls_certs_only([authority.context(Kind::Workload, what)?]);
        }
        Ok(Self { http: http.build().context(Kind::Workload, what)?, base: address(hostname, port) })
    }

    /// The public address, without a slash at its end.
    pub fn address(&self) -> &str {
        &self.base
    }

    /// How much data there is and how fresh it is.
    pub async fn summary(&self) -> Result<Summary> {
        let url = format!("{}/api/v1/summary", self.base);
        let what = || format!("get {url}");
        let answer = self.http.get(&url).send().await.with_context(Kind::Workload, what)?;
        let answer = answer.error_for_status().with_context(Kind::Workload, what)?;
        answer.json().await.with_context(Kind::Workload, what)
    }

    /// What is at `path`: the status, and the answer as text.
    pub async fn get(&self, path: &str) -> Result<(u16, String)> {
        self.ask(self.http.get(format!("{}{path}", self.base)), path).await
    }

    /// The same for somebody who says by the header `mark` whom they want: the status, and whether the answer bears it too.
    pub async fn get_marked(
        &self,
        path: &str,
        (name, value): (&'static str, &'static str),
    ) -> Result<(u16, bool)> {
        let what = || format!("ask {}{path}", self.base);
        let request = self.http.get(format!("{}{path}", self.base)).header(name, value);
        let answer = request.send().await.with_context(Kind::Workload, what)?;
        let marked = answer.headers().get(name).is_some_and(|found| found == value);
        let status = answer.status().as_u16();
        answer.bytes().await.with_context(Kind::Workload, what)?;
        Ok((status, marked))
    }

    /// What is answered to `body`, JSON, posted to `path` by somebody who proves nothing.
    pub async fn post(&self, path: &str, body: &'static str) -> Result<(u16, String)> {
        let request = self.http.post(format!("{}{path}", self.base));
        self.ask(request.header("content-type", "application/json").body(body), path).await
    }

    async fn ask(&self, request: reqwest::RequestBuilder, path: &str) -> Result<(u16, String)> {
        let what = || format!("ask {}{path}", self.base);
        let answer = request.send().await.with_context(Kind::Workload, what)?;
        let status = answer.status().as_u16();
        Ok((status, answer.text().await.with_context(Kind::Workload, what)?))
    }

    /// Somebody who knows the same name and trusts nobody: the gateway's certificate must not convince them.
    pub fn untrusted(hostname: &str, port: u16) -> Result<Self> {
        tls::install();
        let http = reachable(hostname, port).tls_certs_only([]).build();
        let http = http.context(Kind::Workload, "prepare to reach the gateway")?;
        Ok(Self { http, base: address(hostname, port) })
    }

    /// A server of a test, on a port of this machine, without TLS.
    #[cfg(test)]
    pub(crate) fn plain(port: u16) -> Self {
        let base = format!("http://{}:{port}", Ipv4Addr::LOCALHOST);
        tls::install();
        Self { http: reqwest::Client::builder().no_proxy().build().unwrap(), base }
    }

    /// Whether the page is served.
    pub async fn page(&self) -> Result<()> {
        let url = format!("{}/", self.base);
        let what = || format!("get {url}");
        let answer = self.http.get(&url).send().await.with_context(Kind::Workload, what)?;
        let answer = answer.error_for_status().with_context(Kind::Workload, what)?;
        let text = answer.text().await.with_context(Kind::Workload, what)?;
        if text.contains("<html") {
            return Ok(());
        }
        Err(Failure::new(Kind::Workload, what()).because("the answer is no page"))
    }

    /// Asks the API and the gateway in one request.
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
        let health =
            |https, message| GatewayHealth { address: address.clone(), https, tls_verified: true, message };
        let status = answer.status();
        match answer.json().await {
            Ok(summary) if status.is_success() => (health(true, String::new()), Some(summary)),
            _ => (health(false, format!("GET /api/v1/summary answered {status}")), None),
        }
    }
}

/// Somewhere in the world, by its name.
fn far() -> reqwest::ClientBuilder {
    reqwest::Client::builder().https_only(true).connect_timeout(FAR_LIMIT).timeout(FAR_LIMIT)
}

fn reachable(hostname: &str, port: u16) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .resolve(hostname, SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .https_only(true)
        // A proxy of the shell must not stand between us and this machine.
        .no_proxy()
        .connect_timeout(CONNECT_LIMIT)
        .timeout(ANSWER_LIMIT)
}

/// The public address of an environment; port 443 is not named.
pub fn address(hostname: &str, port: u16) -> String {
    if port == 443 { format!("https://{hostname}") } else { format!("https://{hostname}:{port}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUTHORITY: &str = include_str!("testdata/authority.pem");

    #[test]
    fn the_age_is_told_by_the_servers_clock() {
        let summary: Summary = serde_json::from_str(
            r#"{"readings": 3, "buoys": 1, "latest_observed_at": "2026-01-01T00:00:00Z",
                "latest_received_at": "2026-01-01T00:00:01Z", "server_time": "2026-01-01T00:00:02.5Z"}"#,
        )
        .unwrap();
        assert_eq!(summary.age_s(), Some(2.5));
        assert_eq!(Summary { latest_observed_at: None, ..summary }.age_s(), None);
    }

    #[tokio::test]
    async fn a_gateway_that_does_not_answer_is_told_with_its_reason() {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let public = Public::new("seasense.localhost", port, AUTHORITY.as_bytes()).unwrap();
        let (health, summary) = public.probe().await;
        assert_eq!((health.https, health.tls_verified, summary), (false, false, None));
        assert!(health.message.contains("refused"), "{}", health.message);
    }

    #[tokio::test]
    async fn plain_http_is_no_gateway() {
        use tokio::io::AsyncWriteExt;
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            }
        });
        let public = Public::new("seasense.localhost", port, AUTHORITY.as_bytes()).unwrap();
        let (health, _) = public.probe().await;
        assert!(!health.https && !health.tls_verified);
    }

    #[test]
    fn the_usual_port_is_not_named() {
        assert_eq!(address("sea.example", 443), "https://sea.example");
        assert_eq!(address("seasense.localhost", 8443), "https://seasense.localhost:8443");
    }
}
