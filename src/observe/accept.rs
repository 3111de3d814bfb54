//! The acceptance of an environment: each promise looked at by itself, from outside wherever it is made to the outside.

use std::time::{Duration, Instant};

use super::Snapshot;
use crate::{
    base::{
        event::{Events, Step},
        failure::{Failure, Kind, Result},
        k8s::Client,
        wait::Deadline,
    },
    workloads::{self, Public},
};

/// What is looked at.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The way in, with trust in the environment's own authority.
    pub public: &'a Public,
    /// The same way for somebody who trusts nobody.
    pub untrusted: &'a Public,
    /// The cluster.
    pub client: &'a Client,
    /// A snapshot that has just been taken.
    pub seen: &'a Snapshot,
    /// The digest of the artifact that was pushed.
    pub digest: &'a str,
}

/// One promise, and whether it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its stable name.
    pub name: String,
    /// How long looking took; zero where a snapshot was read.
    pub took: Duration,
    /// What was seen.
    pub result: Result<String>,
}

/// Looks at every promise, all at once.
pub async fn accept(subject: Subject<'_>, deadline: Deadline, events: &Events) -> Vec<Check> {
    let step = Step::start(events, "observe.accept", "Check what was promised");
    let (page, document, strangers, write, rise, rows) = tokio::join!(
        timed("page-is-served", page(subject.public)),
        timed("api-describes-itself", document(subject.public)),
        timed("strangers-are-not-convinced", strangers(subject.untrusted)),
        timed("writing-needs-a-token", write(subject.public)),
        timed("readings-rise", rise(subject, deadline)),
        timed("rows-are-what-the-api-counts", rows(subject)),
    );
    let at_digest = Check {
        name: "phases-run-the-pushed-digest".to_owned(),
        took: Duration::ZERO,
        result: at_digest(subject),
    };
    let checks = vec![at_digest, page, document, strangers, write, rise, rows];
    let broken = checks.iter().filter(|check| check.result.is_err()).count();
    if broken == 0 {
        step.done(format!("{} promises kept", checks.len()));
    }
    checks
}

/// What a snapshot says of each part, and of each phase.
pub fn health(seen: &Snapshot) -> (Vec<Check>, Vec<Check>) {
    let judged = |part: &str, well: String| {
        let problem = seen.problems.iter().find(|problem| problem.part == part);
        let result = problem.map_or(Ok(well), |problem| {
            Err(Failure::new(Kind::Workload, problem.cause.clone()).hint(problem.hint.clone()))
        });
        Check { name: part.rsplit('/').next().unwrap_or(part).to_owned(), took: Duration::ZERO, result }
    };
    let parts = vec![
        judged("cluster", seen.cluster.clone()),
        judged("artifact", seen.artifact.digest.clone().unwrap_or_default()),
        judged("database", seen.database.message.clone()),
        judged("gateway", seen.gateway.address.clone()),
        judged("fleet", format!("{} buoys", seen.fleet.buoys)),
    ];
    let phase = |name: &String| judged(&format!("phase/{name}"), "ready at the pushed digest".to_owned());
    (parts, seen.phases.iter().map(|phase| &phase.name).map(phase).collect())
}

async fn timed(name: &str, look: impl Future<Output = Result<String>>) -> Check {
    let begun = Instant::now();
    let result = look.await;
    Check { name: name.to_owned(), took: begun.elapsed(), result }
}

fn broken<T>(what: &str, seen: impl Into<String>) -> Result<T> {
    Err(Failure::new(Kind::Workload, what).because(seen))
}

async fn page(public: &Public) -> Result<String> {
    public.page().await.map(|()| format!("{}/", public.address()))
}

async fn document(public: &Public) -> Result<String> {
    let (status, text) = public.get("/api/openapi.json").await?;
    let version = serde_json::from_str::<serde_json::Value>(&text)
        .ok()
        .and_then(|document| document.get("openapi").and_then(serde_json::Value::as_str).map(str::to_owned));
    match version {
        Some(version) if status == 200 => Ok(format!("OpenAPI {version}")),
        _ => broken("the API does not describe itself", format!("GET /api/openapi.json answered {status}")),
    }
}

async fn strangers(untrusted: &Public) -> Result<String> {
    match untrusted.get("/").await {
        Err(failure) if failure.causes.iter().any(|cause| cause.contains("certificate")) => {
            Ok("the certificate is refused by whoever does not trust the environment's authority".to_owned())
        }
        Err(failure) => Err(failure),
        Ok((status, _)) => {
            broken("the gateway convinced somebody who trusts nobody", format!("it answered {status}"))
        }
    }
}

async fn write(public: &Public) -> Result<String> {
    let (status, _) = public.post("/api/v1/observations", "{}").await?;
    match status {
        401 | 403 => Ok(format!("{status} without a token")),
        other => {
            broken("the API takes readings from anybody", format!("it answered {other} without a token"))
        }
    }
}

async fn rise(subject: Subject<'_>, deadline: Deadline) -> Result<String> {
    let before = subject.public.summary().await?.readings;
    if subject.seen.fleet.buoys == 0 {
        return Ok("the environment asks for no buoys".to_owned());
    }
    let after = workloads::flowing(subject.public, before, deadline).await?;
    let age = after.age_s().unwrap_or_default();
    Ok(format!("{before} readings, then {}; the newest {age:.1} s old", after.readings))
}

async fn rows(subject: Subject<'_>) -> Result<String> {
    let counted = subject.public.summary().await?.readings;
    let database = workloads::database(subject.client).await?;
    match database.rows {
        Some(rows) if rows >= counted => {
            Ok(format!("{counted} counted by the API, {rows} rows a moment later"))
        }
        Some(rows) => broken("the API counts more than is stored", format!("{counted} counted, {rows} rows")),
        None => broken("the rows could not be counted", database.message),
    }
}

fn at_digest(subject: Subject<'_>) -> Result<String> {
    let late: Vec<&str> = subject
        .seen
        .phases
        .iter()
        .filter(|phase| !phase.ready || !phase.revision.contains(subject.digest))
        .map(|phase| phase.name.as_str())
        .collect();
    if late.is_empty() && !subject.seen.phases.is_empty() {
        return Ok(subject.digest.to_owned());
    }
    broken("a phase does not run what was pushed", late.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_gateway_that_is_not_there_convinces_nobody_and_passes_nothing() {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let untrusted = Public::untrusted("seasense.localhost", port).unwrap();
        assert!(strangers(&untrusted).await.is_err(), "no answer is no proof");
        assert!(write(&untrusted).await.is_err());
        assert!(document(&untrusted).await.is_err());
    }
}
