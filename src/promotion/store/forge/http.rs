//! Requests to a forge's API: refused ones are explained, busy ones asked again, and the token stays in its header.

use std::time::Duration;

use reqwest::{
    Client, Method, StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT},
};
use serde_json::Value;

use crate::{
    base::{
        failure::{Context, Failure, Kind, Result},
        k8s::tls,
        wait::pause,
    },
    config::{self, ForgeKind, Token},
};

/// One answer takes no longer.
const LIMIT: Duration = Duration::from_secs(30);
/// How often a busy forge is asked.
const ATTEMPTS: u32 = 4;
/// A forge that wants to be left alone for longer is told about instead.
const PATIENCE: Duration = Duration::from_mins(1);

/// The API of one forge.
#[derive(Debug)]
pub(super) struct Http {
    api: String,
    variable: String,
    client: Client,
    /// The first pause where the forge names none; later ones double.
    pub(super) pause: Duration,
}

/// What came back.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// The status code.
    pub(super) code: u16,
    /// The body; null where it is no JSON.
    pub(super) body: Value,
}

impl Answer {
    /// Whether it went well.
    pub(super) const fn is_good(&self) -> bool {
        self.code >= 200 && self.code < 300
    }

    /// Why it did not, in the forge's words.
    pub(super) fn reason(&self) -> String {
        let mut words = Vec::new();
        collect(&self.body, &mut words);
        format!(
            "it answers {}: {}",
            self.code,
            if words.is_empty() { "no reason".into() } else { words.join(": ") }
        )
    }
}

/// `message`, `error` and `errors` in any depth: each forge has its own form.
fn collect(value: &Value, words: &mut Vec<String>) {
    match value {
        Value::String(text) if words.len() < 4 => words.push(text.chars().take(200).collect()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, words)),
        Value::Object(fields) => {
            let told = ["message", "error", "errors"];
            fields
                .iter()
                .filter(|(name, _)| told.contains(&name.as_str()))
                .for_each(|(_, value)| collect(value, words));
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
            .map_err(|_| Failure::new(Kind::Promotion, format!("what {variable} holds is no token")))?;
        value.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static(name), value);
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("seasense/", env!("CARGO_PKG_VERSION"))));
        let client = Client::builder()
            .default_headers(headers)
            .timeout(LIMIT)
            // A redirect would take the token along.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .context(Kind::Internal, "make an HTTP client")?;
        let api = settings.api.get_ref().trim_end_matches('/').to_owned();
        Ok(Self { api, variable, client, pause: Duration::from_secs(1) })
    }

    pub(super) async fn get(&self, path: &str) -> Result<Answer> {
        self.ask(Method::GET, path, None).await
    }

    /// Asks, and gives the answer unless it is about the token or the forge itself.
    pub(super) async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer> {
        let mut wait = self.pause;
        for attempt in 1.. {
            let (answer, asked_for) = match self.once(method.clone(), path, body).await {
                Ok(answered) => answered,
                Err(failure) if attempt == ATTEMPTS => return Err(failure),
                Err(_) => (Answer { code: 503, body: Value::Null }, None),
            };
            let busy = answer.code == 429 || answer.code >= 500;
            let pause_for = asked_for.unwrap_or(wait);
            if !busy || attempt == ATTEMPTS || pause_for > PATIENCE {
                return self.evaluate(answer, path, asked_for);
            }
            pause(pause_for).await;
            wait *= 2;
        }
        Err(Failure::new(Kind::Internal, "no attempt was made"))
    }

    /// One request: the answer, and how long the forge wants to be left alone.
    async fn once(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(Answer, Option<Duration>)> {
        let request = self.client.request(method, format!("{}{path}", self.api));
        let request = body.map_or(request.try_clone(), |body| Some(request.json(body)));
        let request = request.ok_or_else(|| Failure::new(Kind::Internal, "make a request"))?;
        let answer = request
            .send()
            .await
            .with_context(Kind::Tool, || format!("the forge at {} does not answer", self.api))?;
        let code = answer.status().as_u16();
        let seconds = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let text = answer
            .text()
            .await
            .with_context(Kind::Tool, || format!("the forge at {} stops in its answer", self.api))?;
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok((Answer { code, body }, seconds.map(Duration::from_secs)))
    }

    fn evaluate(&self, answer: Answer, path: &str, asked_for: Option<Duration>) -> Result<Answer> {
        let told = |message: String| Failure::new(Kind::Tool, message).because(answer.reason());
        let code = StatusCode::from_u16(answer.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match code {
            StatusCode::UNAUTHORIZED => Err(told("the forge does not take the token".to_owned())
                .hint(format!("make a new one and set {}", self.variable))),
            StatusCode::FORBIDDEN => Err(told("the token may not do that on the forge".to_owned()).hint(
                format!("give the token in {} the right to read and write pull requests", self.variable),
            )),
            StatusCode::NOT_FOUND => Err(told(format!("the forge knows no `{path}`")).hint(
                "see whether `api` and `repository` in infra/forge.toml are right, and the token may see it",
            )),
            StatusCode::TOO_MANY_REQUESTS => {
                let when = asked_for.map_or("later".to_owned(), |wait| format!("in {} s", wait.as_secs()));
                Err(told("the forge has had too many requests".to_owned())
                    .hint(format!("run this again {when}")))
            }
            code if code.is_server_error() => Err(told(format!("the forge at {} has a fault", self.api))
                .hint("run this again later: it goes on from where it is")),
            _ => Ok(answer),
        }
    }
}
