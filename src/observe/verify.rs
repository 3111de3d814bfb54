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

/// Waits until the status has no problem, then requests the page and waits for a new reading through the
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
        let look =
            if found.ready { Observation::Ready(found.clone()) } else { Observation::Pending(first(&found)) };
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
    let Some(last) = last else { return failure };
    let start = Failure::new(Kind::Workload, "the environment runs but has problems");
    last.problems.iter().fold(start, |failure, problem| {
        failure.because(format!("{}: {}", problem.part, problem.cause)).hint(problem.hint.clone())
    })
}
