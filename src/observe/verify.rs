//! Verifies an environment from outside, at the end of `dev`, `resume` and `ci`.

use super::{EnvironmentStatus, Observer, Problem, status};
use crate::{
    base::{
        event::{Events, Pending, Step},
        failure::{Failure, Kind, Result},
        wait::{Deadline, Observation, PAUSE, wait},
    },
    workloads::{self, PublicEndpoint},
};

/// Questions that read the tables of the data, with the columns that the running code knows.
const READS: [&str; 2] = ["/api/v1/buoys", "/api/v1/latest"];

/// Waits until the status has no problem and the API answers questions about its data, then requests the page and waits for a new reading through the
/// gateway.
///
/// Fails with kind `Workload` and every problem of the last status.
pub async fn verify(
    observer: Observer<'_>,
    endpoint: &PublicEndpoint,
    deadline: Deadline,
    events: &Events,
) -> Result<EnvironmentStatus> {
    let step = Step::start(events, "observe.verify", "Verify the environment from outside");
    let last = tokio::sync::Mutex::new(None);
    let waited = wait(deadline, PAUSE, "wait until the environment has no problem", || async {
        let found = status(observer).await;
        step.waiting(pending(&found, &step));
        let missing = if found.ready { unanswered(endpoint).await } else { Some(first(&found)) };
        let look = missing.map_or_else(|| Observation::Ready(found.clone()), Observation::Pending);
        *last.lock().await = Some(found);
        Ok(look)
    })
    .await;
    let found = waited.map_err(|failure| explain(failure, last.into_inner().as_ref()))?;
    endpoint.page().await?;
    if found.fleet.buoys > 0 {
        let before = endpoint.summary().await?.readings;
        workloads::wait_for_readings(endpoint, before, deadline).await?;
    }
    step.done("no problem");
    Ok(found)
}

/// The first question about its data that the API does not answer. That a process answers says nothing about its
/// database.
async fn unanswered(endpoint: &PublicEndpoint) -> Option<String> {
    for path in READS {
        match endpoint.get(path).await {
            Ok((200, _)) => {}
            Ok((status, body)) => {
                let body = body.lines().next().unwrap_or_default();
                return Some(format!("GET {path} answered {status}: {body}"));
            }
            Err(failure) => return Some(failure.with_causes()),
        }
    }
    None
}

fn first(status: &EnvironmentStatus) -> String {
    status.problems.first().map(|problem| format!("{}: {}", problem.part, problem.cause)).unwrap_or_default()
}

fn pending(status: &EnvironmentStatus, step: &Step) -> Vec<Pending> {
    let since = step.elapsed();
    let line = |problem: &Problem| Pending {
        part: problem.part.clone(),
        ready: false,
        blocker: None,
        detail: problem.cause.clone(),
        since,
        after: Vec::new(),
    };
    status.problems.iter().map(line).collect()
}

fn explain(failure: Failure, last: Option<&EnvironmentStatus>) -> Failure {
    // Without a problem, the failure itself tells what the API answered.
    let Some(last) = last.filter(|last| !last.ready) else { return failure };
    let start = Failure::new(Kind::Workload, "the environment runs but has problems");
    last.problems.iter().fold(start, |failure, problem| {
        failure.because(format!("{}: {}", problem.part, problem.cause)).hint(problem.hint.clone())
    })
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// Serves `answer` to every request for a path that contains `path`, and 200 to all others.
    async fn server(path: &'static str, answer: &'static str) -> PublicEndpoint {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 1024];
                let length = stream.read(&mut request).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&request[..length]).into_owned();
                let line = request.lines().next().unwrap_or_default();
                let answer = if line.contains(path) { answer } else { "200 OK" };
                let head = "Content-Length: 6\r\nConnection: close";
                let _ =
                    stream.write_all(format!("HTTP/1.1 {answer}\r\n{head}\r\n\r\nanswer").as_bytes()).await;
            }
        });
        PublicEndpoint::plain(port)
    }

    #[tokio::test]
    async fn an_api_that_cannot_read_its_data_is_not_verified() {
        for path in READS {
            let endpoint = server(path, "500 Internal Server Error").await;
            let missing = unanswered(&endpoint).await.unwrap();
            assert_eq!(missing, format!("GET {path} answered 500: answer"));
        }
        assert_eq!(unanswered(&server("/other", "500 x").await).await, None);
    }
}
