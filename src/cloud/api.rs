//! Scaleway's API, for operations that OpenTofu cannot do: finding leftover resources, and scaling pools
//! without a plan.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;

use crate::{
    base::{
        failure::{Context, Failure, Kind, Result},
        http::client_for_url,
        k8s::tls,
        wait::Deadline,
    },
    config::CloudKeys,
};

/// The timeout of one response; [`TRY_LIMIT`] limits all attempts of a request.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
const TRY_LIMIT: Duration = Duration::from_mins(3);
/// The first pause between two attempts if the response has no `Retry-After`.
const PAUSE: Duration = Duration::from_secs(1);
const PAGE: usize = 100;

/// A client that authenticates with the secret key; cheap to clone.
#[derive(Debug, Clone)]
pub struct Api {
    http: reqwest::Client,
    credentials: CloudKeys,
}

impl Api {
    /// Creates a client with these keys. Sends no request.
    pub fn new(credentials: &CloudKeys) -> Result<Self> {
        tls::install();
        let http = client_for_url(&credentials.api).timeout(ANSWER_LIMIT).build();
        let http = http.context(Kind::Internal, "cannot create an HTTP client")?;
        Ok(Self { http, credentials: credentials.clone() })
    }

    /// Returns the object at `path`; `None` if it does not exist.
    pub async fn get(&self, path: &str) -> Result<Option<Value>> {
        self.send(Method::GET, path, None).await
    }

    /// Changes some fields of the object at `path`.
    pub async fn patch(&self, path: &str, body: &Value) -> Result<Option<Value>> {
        self.send(Method::PATCH, path, Some(body)).await
    }

    /// Deletes the object at `path`; returns whether it existed.
    pub async fn delete(&self, path: &str) -> Result<bool> {
        Ok(self.send(Method::DELETE, path, None).await?.is_some())
    }

    /// Returns every item of the list at `path`, over all pages. `field` is the field of the response with the
    /// list.
    ///
    /// The list of a service that the project does not use, or that the zone does not offer, is empty.
    pub async fn list(&self, path: &str, field: &str) -> Result<Vec<Value>> {
        let mut items: Vec<Value> = Vec::new();
        for page in 1_usize.. {
            let separator = if path.contains('?') { '&' } else { '?' };
            // Older services use `per_page`, newer ones `page_size`; each ignores the other.
            let url = format!("{path}{separator}page={page}&per_page={PAGE}&page_size={PAGE}");
            let Some(mut response) = self.get(&url).await? else { break };
            let Some(Value::Array(more)) = response.get_mut(field).map(Value::take) else { break };
            let full = more.len() >= PAGE;
            items.extend(more);
            let total = response["total_count"].as_u64().and_then(|total| usize::try_from(total).ok());
            if total.map_or(!full, |total| items.len() >= total || !full) {
                break;
            }
        }
        Ok(items)
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Option<Value>> {
        let what = format!("Scaleway request failed: {method} {}", path.split('?').next().unwrap_or(path));
        let (mut pause, deadline) = (PAUSE, Deadline::after(TRY_LIMIT));
        loop {
            match self.once(self.request(&method, path, body), &what).await? {
                Response::Value(value) => return Ok(value),
                Response::Retry(_, cause) if deadline.passed() => {
                    return Err(Failure::new(Kind::TimedOut, what).because(cause));
                }
                Response::Retry(after, _) => {
                    crate::base::wait::pause(after.unwrap_or(pause)).await;
                    // Exponential backoff.
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

    async fn once(&self, request: RequestBuilder, what: &str) -> Result<Response> {
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) if error.is_timeout() || error.is_connect() => {
                return Ok(Response::Retry(None, error.without_url().to_string()));
            }
            Err(error) => return Err(Failure::new(Kind::Cluster, what).caused_by(&error.without_url())),
        };
        let (status, after) = (response.status(), retry_after(&response));
        let text = response.text().await.with_context(Kind::Cluster, || what.to_owned())?;
        match status {
            StatusCode::NOT_FOUND | StatusCode::NOT_IMPLEMENTED => Ok(Response::Value(None)),
            StatusCode::TOO_MANY_REQUESTS => Ok(Response::Retry(after, format!("status {status}"))),
            status if status.is_server_error() => Ok(Response::Retry(after, format!("status {status}"))),
            status if status.is_success() => {
                Ok(Response::Value(Some(serde_json::from_str(&text).unwrap_or(Value::Null))))
            }
            status => {
                let failure =
                    Failure::new(Kind::Cluster, what).because(format!("{status}: {}", error_message(&text)));
                Err(match status {
                    StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                        failure.hint("Scaleway rejects the keys for this request: check their IAM policy")
                    }
                    _ => failure,
                })
            }
        }
    }
}

enum Response {
    Value(Option<Value>),
    /// Try again after this time, if the response contains one, because of this cause.
    Retry(Option<Duration>, String),
}

fn retry_after(response: &reqwest::Response) -> Option<Duration> {
    let seconds = response.headers().get("retry-after")?.to_str().ok()?.parse::<u64>().ok()?;
    Some(Duration::from_secs(seconds.min(60)))
}

/// The message of the service, shortened to one line.
fn error_message(text: &str) -> String {
    let parsed = serde_json::from_str::<Value>(text).ok();
    let message = parsed.as_ref().and_then(|response| response["message"].as_str()).unwrap_or(text);
    message.chars().take(200).collect()
}
