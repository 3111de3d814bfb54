//! The proof that `dev` gives before it says that all is well.

use super::{Observer, Snapshot, snapshot};
use crate::{
    base::{
        event::{Events, Pending, Step},
        failure::{Failure, Kind, Result},
        wait::{Deadline, Observation, PAUSE, wait},
    },
    workloads::{self, Public},
};

/// Waits until a snapshot has no problem and the number of readings rises, both seen from outside.
///
/// Fails with kind `Workload` and every problem of the last snapshot.
pub async fn prove(
    observer: Observer<'_>,
    public: &Public,
    deadline: Deadline,
    events: &Events,
) -> Result<Snapshot> {
    let step = Step::start(events, "observe.prove", "Check everything from outside");
    let last = tokio::sync::Mutex::new(None);
    let waited = wait(deadline, PAUSE, "see the environment without a problem", || async {
        let seen = snapshot(observer).await;
        step.waiting(pending(&seen, &step));
        let look =
            if seen.ready { Observation::Ready(seen.clone()) } else { Observation::Pending(first(&seen)) };
        *last.lock().await = Some(seen);
        Ok(look)
    })
    .await;
    let seen = waited.map_err(|failure| explain(failure, last.into_inner().as_ref()))?;
    public.page().await?;
    if seen.fleet.buoys > 0 {
        let before = public.summary().await?.readings;
        workloads::flowing(public, before, deadline).await?;
    }
    step.done("no problem");
    Ok(seen)
}

fn first(seen: &Snapshot) -> String {
    seen.problems.first().map(|problem| format!("{}: {}", problem.part, problem.cause)).unwrap_or_default()
}

fn pending(seen: &Snapshot, step: &Step) -> Vec<Pending> {
    let since = step.elapsed();
    let line = |problem: &super::Problem| Pending {
        part: problem.part.clone(),
        ready: false,
        blocker: None,
        detail: problem.cause.clone(),
        since,
        after: Vec::new(),
    };
    seen.problems.iter().map(line).collect()
}

fn explain(failure: Failure, last: Option<&Snapshot>) -> Failure {
    let Some(last) = last else { return failure };
    let start = Failure::new(Kind::Workload, "the environment is up but not well");
    last.problems.iter().fold(start, |failure, problem| {
        failure.because(format!("{}: {}", problem.part, problem.cause)).hint(problem.hint.clone())
    })
}
