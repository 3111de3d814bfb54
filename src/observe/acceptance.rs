//! The acceptance checks of an environment, each from outside the cluster if its subject is public.

use std::time::{Duration, Instant};

use super::EnvironmentStatus;
use crate::{
    base::{
        digest::Digest,
        event::{Events, Step},
        failure::{Failure, Kind, Result},
        k8s::Client,
        wait::Deadline,
    },
    workloads::{self, PublicEndpoint},
};

/// The environment that is checked.
#[derive(Clone, Copy)]
pub struct Acceptance<'a> {
    /// The public endpoint, trusting the environment's own authority.
    pub endpoint: &'a PublicEndpoint,
    /// The same endpoint, trusting no authority.
    pub without_trust: &'a PublicEndpoint,
    /// The cluster.
    pub client: &'a Client,
    /// A status that was just collected.
    pub status: &'a EnvironmentStatus,
    /// The digest of the artifact that was pushed.
    pub digest: &'a Digest,
}

/// One check and its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its stable name.
    pub name: String,
    /// How long it took; zero if it only reads the status.
    pub took: Duration,
    /// The observed value.
    pub result: Result<String>,
}

/// Runs all checks concurrently.
pub async fn accept(subject: Acceptance<'_>, deadline: Deadline, events: &Events) -> Vec<Check> {
    let step = Step::start(events, "observe.acceptance", "Run the acceptance checks");
    let (page, document, untrusted, write, readings, rows) = tokio::join!(
        timed("page-is-served", page(subject.endpoint)),
        timed("openapi-document-is-served", document(subject.endpoint)),
        timed("untrusted-certificate-is-rejected", untrusted(subject.without_trust)),
        timed("writing-needs-a-token", write(subject.endpoint)),
        timed("readings-increase", readings(subject, deadline)),
        timed("api-count-matches-stored-rows", rows(subject)),
    );
    let at_digest = Check {
        name: "phases-run-the-pushed-digest".to_owned(),
        took: Duration::ZERO,
        result: at_digest(subject),
    };
    let checks = vec![at_digest, page, document, untrusted, write, readings, rows];
    if checks.iter().all(|check| check.result.is_ok()) {
        step.done(format!("{} acceptance checks passed", checks.len()));
    }
    checks
}

/// The health of each part, and of each phase, as checks that read `status`.
pub fn health(status: &EnvironmentStatus) -> (Vec<Check>, Vec<Check>) {
    let check = |part: &str, healthy: String| {
        let problem = status.problems.iter().find(|problem| problem.part == part);
        let result = problem.map_or(Ok(healthy), |problem| {
            Err(Failure::new(Kind::Workload, problem.cause.clone()).hint(problem.hint.clone()))
        });
        Check { name: part.rsplit('/').next().unwrap_or(part).to_owned(), took: Duration::ZERO, result }
    };
    let parts = vec![
        check("cluster", status.cluster.clone()),
        check("artifact", status.artifact.digest.clone().map(String::from).unwrap_or_default()),
        check("database", status.database.message.clone()),
        check("gateway", status.gateway.address.clone()),
        check("fleet", format!("{} buoys", status.fleet.buoys)),
    ];
    let phase = |name: &String| check(&format!("phase/{name}"), "ready at the pushed digest".to_owned());
    (parts, status.phases.iter().map(|phase| &phase.name).map(phase).collect())
}

async fn timed(name: &str, check: impl Future<Output = Result<String>>) -> Check {
    let begun = Instant::now();
    let result = check.await;
    Check { name: name.to_owned(), took: begun.elapsed(), result }
}

fn failed<T>(message: &str, observed: impl Into<String>) -> Result<T> {
    Err(Failure::new(Kind::Workload, message).because(observed))
}

async fn page(endpoint: &PublicEndpoint) -> Result<String> {
    endpoint.page().await.map(|()| format!("{}/", endpoint.url()))
}

async fn document(endpoint: &PublicEndpoint) -> Result<String> {
    let (status, text) = endpoint.get("/api/openapi.json").await?;
    let version = serde_json::from_str::<serde_json::Value>(&text)
        .ok()
        .and_then(|document| document.get("openapi").and_then(serde_json::Value::as_str).map(str::to_owned));
    match version {
        Some(version) if status == 200 => Ok(format!("OpenAPI {version}")),
        _ => failed("the API serves no OpenAPI document", format!("GET /api/openapi.json answered {status}")),
    }
}

async fn untrusted(endpoint: &PublicEndpoint) -> Result<String> {
    match endpoint.get("/").await {
        Err(failure) if failure.causes.iter().any(|cause| cause.contains("certificate")) => {
            Ok("a client that does not trust the environment's authority rejects the certificate".to_owned())
        }
        Err(failure) => Err(failure),
        Ok((status, _)) => failed(
            "a client without trusted authorities accepted the gateway's certificate",
            format!("the gateway answered {status}"),
        ),
    }
}

async fn write(endpoint: &PublicEndpoint) -> Result<String> {
    let (status, _) = endpoint.post("/api/v1/observations", "{}").await?;
    match status {
        401 | 403 => Ok(format!("{status} without a token")),
        other => failed("the API accepts readings without a token", format!("it answered {other}")),
    }
}

async fn readings(subject: Acceptance<'_>, deadline: Deadline) -> Result<String> {
    let before = subject.endpoint.summary().await?.readings;
    if subject.status.fleet.buoys == 0 {
        return Ok("the environment has no simulated buoys".to_owned());
    }
    let after = workloads::wait_for_readings(subject.endpoint, before, deadline).await?;
    let age = after.age_s().unwrap_or_default();
    Ok(format!("{before} readings, then {}; the newest is {age:.1} s old", after.readings))
}

async fn rows(subject: Acceptance<'_>) -> Result<String> {
    let counted = subject.endpoint.summary().await?.readings;
    let database = workloads::database(subject.client).await?;
    match database.rows {
        Some(rows) if rows >= counted => Ok(format!(
            "{counted} readings counted by the API, then {rows} rows stored, one or more of each reading"
        )),
        Some(rows) => failed(
            "the API counts more readings than are stored",
            format!("{counted} readings counted, {rows} rows stored; each reading has at least one"),
        ),
        None => failed("the rows could not be counted", database.message),
    }
}

fn at_digest(subject: Acceptance<'_>) -> Result<String> {
    let not_ready: Vec<&str> = subject
        .status
        .phases
        .iter()
        .filter(|phase| !phase.ready || phase.revision.as_ref() != Some(subject.digest))
        .map(|phase| phase.name.as_str())
        .collect();
    if not_ready.is_empty() && !subject.status.phases.is_empty() {
        return Ok(subject.digest.to_string());
    }
    failed("a phase does not run the pushed digest", not_ready.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_gateway_that_does_not_answer_passes_no_check() {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let endpoint = PublicEndpoint::without_trust("seasense.localhost", port).unwrap();
        assert!(untrusted(&endpoint).await.is_err(), "no answer is not a rejected certificate");
        assert!(write(&endpoint).await.is_err());
        assert!(document(&endpoint).await.is_err());
    }
}
