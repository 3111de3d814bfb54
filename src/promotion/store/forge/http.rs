//! Sends requests to a forge's API: explains refusals, repeats requests to a busy forge, and keeps the token in
//! its header.

use std::time::Duration;

use reqwest::{
    Client, Method, StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT},
};
use serde_json::Value;

use crate::{
    base::{
        failure::{Context, Failure, Kind, Result},
        http::client_for_url,
        k8s::tls,
        wait::pause,
    },
    config::{self, ForgeKind, Token},
};

/// The timeout of one request.
const LIMIT: Duration = Duration::from_secs(30);
/// The number of attempts while the forge is busy.
const ATTEMPTS: u32 = 4;
/// The longest pause that the forge may request; a longer one fails the run.
const PATIENCE: Duration = Duration::from_mins(1);

/// The API of one forge.
#[derive(Debug)]
pub(super) struct Http {
    api: String,
    variable: String,
    client: Client,
    /// The first pause if the forge requests none; later ones double.
    pub(super) pause: Duration,
}

/// A response.
#[derive(Debug, Clone)]
pub(super) struct Response {
    /// The status code.
    pub(super) code: u16,
    /// The body; null if it is not JSON.
    pub(super) body: Value,
}

impl Response {
    /// Returns whether the request succeeded.
    pub(super) const fn is_good(&self) -> bool {
        self.code >= 200 && self.code < 300
    }

    /// Returns the reason of a refusal, as the forge reports it.
    pub(super) fn reason(&self) -> String {
        let mut reasons = Vec::new();
        collect(&self.body, &mut reasons);
        format!(
            "it answered {}: {}",
            self.code,
            if reasons.is_empty() { "no reason".into() } else { reasons.join(": ") }
        )
    }
}

/// Collects `message`, `error` and `errors` at any depth: each forge has its own format.
fn collect(value: &Value, reasons: &mut Vec<String>) {
    match value {
        Value::String(text) if reasons.len() < 4 => reasons.push(text.chars().take(200).collect()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, reasons)),
        Value::Object(fields) => {
            let names = ["message", "error", "errors"];
            fields
                .iter()
                .filter(|(name, _)| names.contains(&name.as_str()))
                .for_each(|(_, value)| collect(value, reasons));
        }
        _ => (),
    }
}

impl Http {
    pub(super) fn new(settings: &config::Forge, token: &Token) -> Result<Self> {
        tls::install();
        let variable = settings.token_variable.get_ref().clone();
        let (name, value) = match settings.kind {
            ForgeKind::GitHub => ("authorization", format!("Bearer {}", token.expose())),
            ForgeKind::GitLab => ("private-token", token.expose().to_owned()),
            ForgeKind::Forgejo => ("authorization", format!("token {}", token.expose())),
        };
        let mut value = HeaderValue::from_str(&value)
            .map_err(|_| Failure::new(Kind::Promotion, format!("the value of {variable} is not a token")))?;
        value.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static(name), value);
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("seasense/", env!("CARGO_PKG_VERSION"))));
        let client = client_for_url(settings.api.get_ref())
            .default_headers(headers)
            .timeout(LIMIT)
            // A redirect would send the token to another server.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .context(Kind::Internal, "create an HTTP client")?;
        let api = settings.api.get_ref().trim_end_matches('/').to_owned();
        Ok(Self { api, variable, client, pause: Duration::from_secs(1) })
    }

    pub(super) async fn get(&self, path: &str) -> Result<Response> {
        self.request(Method::GET, path, None).await
    }

    /// Sends a request and returns the response, unless the token or the forge itself is the problem.
    pub(super) async fn request(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Response> {
        let mut wait = self.pause;
        for attempt in 1.. {
            let (response, retry_after) = match self.once(method.clone(), path, body).await {
                Ok(received) => received,
                Err(failure) if attempt == ATTEMPTS => return Err(failure),
                Err(_) => (Response { code: 503, body: Value::Null }, None),
            };
            let busy = response.code == 429 || response.code >= 500;
            let pause_for = retry_after.unwrap_or(wait);
            if !busy || attempt == ATTEMPTS || pause_for > PATIENCE {
                return self.evaluate(response, path, retry_after);
            }
            pause(pause_for).await;
            wait *= 2;
        }
        Err(Failure::new(Kind::Internal, "no attempt was made"))
    }

    /// Sends one request. Returns the response and the pause that the forge requests.
    async fn once(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(Response, Option<Duration>)> {
        let request = self.client.request(method, format!("{}{path}", self.api));
        let request = body.map_or(request.try_clone(), |body| Some(request.json(body)));
        let request = request.ok_or_else(|| Failure::new(Kind::Internal, "create a request"))?;
        let response = request
            .send()
            .await
            .with_context(Kind::Tool, || format!("the forge at {} does not respond", self.api))?;
        let code = response.status().as_u16();
        let seconds = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let text = response.text().await.with_context(Kind::Tool, || {
            format!("the response of the forge at {} is incomplete", self.api)
        })?;
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok((Response { code, body }, seconds.map(Duration::from_secs)))
    }

    fn evaluate(&self, response: Response, path: &str, retry_after: Option<Duration>) -> Result<Response> {
        let failure = |message: String| Failure::new(Kind::Tool, message).because(response.reason());
        let code = StatusCode::from_u16(response.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match code {
            StatusCode::UNAUTHORIZED => Err(failure("the forge refuses the token".to_owned())
                .hint(format!("create a new token and set {}", self.variable))),
            StatusCode::FORBIDDEN => Err(failure("the token is not allowed to do this on the forge".to_owned()).hint(
                format!("allow the token in {} to read and write pull requests", self.variable),
            )),
            StatusCode::NOT_FOUND => Err(failure(format!("the forge does not find `{path}`")).hint(
                "check `api` and `repository` in infra/forge.toml, and that the token may read the repository",
            )),
            StatusCode::TOO_MANY_REQUESTS => {
                let when = retry_after.map_or("later".to_owned(), |wait| format!("in {} s", wait.as_secs()));
                Err(failure("the forge received too many requests".to_owned())
                    .hint(format!("run this again {when}")))
            }
            code if code.is_server_error() => Err(failure(format!("the forge at {} has an internal error", self.api))
                .hint("run this again later to continue")),
            _ => Ok(response),
        }
    }
}
