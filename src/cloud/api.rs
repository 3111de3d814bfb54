//! Scaleway's API, for what OpenTofu cannot do: looking for what is left, and scaling pools without a plan.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;

use crate::{
    base::{
        failure::{Context, Failure, Kind, Result},
        k8s::tls,
        wait::Deadline,
    },
    config::CloudKeys,
};

/// One answer may be late; all tries of one request together may not.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
const TRY_LIMIT: Duration = Duration::from_mins(3);
/// Between two tries where the answer names no time.
const PAUSE: Duration = Duration::from_secs(1);
const PAGE: usize = 100;

/// A connection that proves who it is by the secret key; cheap to clone.
#[derive(Debug, Clone)]
pub struct Api {
    http: reqwest::Client,
    credentials: CloudKeys,
}

impl Api {
    /// A connection with these keys; nothing is sent yet.
    pub fn new(credentials: &CloudKeys) -> Result<Self> {
        tls::install();
        let http = reqwest::Client::builder().timeout(ANSWER_LIMIT).build();
        let http = http.context(Kind::Internal, "make an HTTP client")?;
        Ok(Self { http, credentials: credentials.clone() })
    }

    /// What stands at `path`; `None` where there is no such thing.
    pub async fn get(&self, path: &str) -> Result<Option<Value>> {
        self.send(Method::GET, path, None).await
    }

    /// Changes some fields of what stands at `path`.
    pub async fn patch(&self, path: &str, body: &Value) -> Result<Option<Value>> {
        self.send(Method::PATCH, path, Some(body)).await
    }

    /// Removes what stands at `path`; tells whether it was there.
    pub async fn delete(&self, path: &str) -> Result<bool> {
        Ok(self.send(Method::DELETE, path, None).await?.is_some())
    }

    /// Every item of the list at `path`, which stands in the answer under `field`, over all pages.
    ///
    /// A service that the project does not use, or that the zone does not have, has none.
    pub async fn list(&self, path: &str, field: &str) -> Result<Vec<Value>> {
        let mut items: Vec<Value> = Vec::new();
        for page in 1_usize.. {
            let mark = if path.contains('?') { '&' } else { '?' };
            // The older services know `per_page`, the newer ones `page_size`; each ignores the other's.
            let url = format!("{path}{mark}page={page}&per_page={PAGE}&page_size={PAGE}");
            let Some(mut answer) = self.get(&url).await? else { break };
            let Some(Value::Array(more)) = answer.get_mut(field).map(Value::take) else { break };
            let full = more.len() >= PAGE;
            items.extend(more);
            let total = answer["total_count"].as_u64().and_then(|total| usize::try_from(total).ok());
            if total.map_or(!full, |total| items.len() >= total || !full) {
                break;
            }
        }
        Ok(items)
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Option<Value>> {
        let what = format!("ask Scaleway: {method} {}", path.split('?').next().unwrap_or(path));
        let (mut pause, deadline) = (PAUSE, Deadline::after(TRY_LIMIT));
        loop {
            match self.once(self.request(&method, path, body), &what).await? {
                Answered::Value(value) => return Ok(value),
                Answered::Later(_, seen) if deadline.passed() => {
                    return Err(Failure::new(Kind::TimedOut, what).because(seen));
                }
                Answered::Later(after, _) => {
                    crate::base::wait::pause(after.unwrap_or(pause)).await;
                    // Each try waits longer than the last, as everybody who is turned away should.
                    pause = (pause * 2).min(Duration::from_secs(20));
                }
            }
        }
    }

    fn request(&self, method: &Method, path: &str, body: Option<&Value>) -> RequestBuilder {
        let request = self
            .http
            .request(method.clone(), format!("{}{path}", self.credentials.api))
            .header("X-Auth-Token", self.credentials.secret_key.reveal());
        match body {
            Some(body) => request.json(body),
            None => request,
        }
    }

    async fn once(&self, request: RequestBuilder, what: &str) -> Result<Answered> {
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if error.is_timeout() || error.is_connect() => {
                return Ok(Answered::Later(None, error.without_url().to_string()));
            }
            Err(error) => return Err(Failure::new(Kind::Cluster, what).caused_by(&error.without_url())),
        };
        let (status, after) = (answer.status(), retry_after(&answer));
        let text = answer.text().await.with_context(Kind::Cluster, || what.to_owned())?;
        match status {
            StatusCode::NOT_FOUND | StatusCode::NOT_IMPLEMENTED => Ok(Answered::Value(None)),
            StatusCode::TOO_MANY_REQUESTS => Ok(Answered::Later(after, format!("status {status}"))),
            status if status.is_server_error() => Ok(Answered::Later(after, format!("status {status}"))),
            status if status.is_success() => {
                Ok(Answered::Value(Some(serde_json::from_str(&text).unwrap_or(Value::Null))))
            }
            status => {
                let failure = Failure::new(Kind::Cluster, what).because(format!("{status}: {}", said(&text)));
                Err(match status {
                    StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                        failure.hint("Scaleway does not take the keys for this: look at their policy")
                    }
                    _ => failure,
                })
            }
        }
    }
}

enum Answered {
    Value(Option<Value>),
    /// Ask again: after this time, where it was named, and what was seen.
    Later(Option<Duration>, String),
}

fn retry_after(answer: &reqwest::Response) -> Option<Duration> {
    let seconds = answer.headers().get("retry-after")?.to_str().ok()?.parse::<u64>().ok()?;
    Some(Duration::from_secs(seconds.min(60)))
}

/// The service's own words, in a line.
fn said(text: &str) -> String {
    let told = serde_json::from_str::<Value>(text).ok();
    let message = told.as_ref().and_then(|told| told["message"].as_str()).unwrap_or(text);
    message.chars().take(200).collect()
}
