//! Waits for a condition with a deadline; a timeout reports the last observed state. No other module sleeps.

use std::time::Duration;

use tokio::time::Instant;

use crate::base::failure::{Failure, Kind, Result};

/// The usual pause between two polls.
pub const PAUSE: Duration = Duration::from_millis(400);

/// The end of a wait.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    at: Instant,
    limit: Duration,
}

impl Deadline {
    /// `limit` from now.
    pub fn after(limit: Duration) -> Self {
        Self { at: Instant::now() + limit, limit }
    }

    /// The earlier one of this deadline and `limit` from now.
    #[must_use]
    pub fn or_after(self, limit: Duration) -> Self {
        let sooner = Self::after(limit);
        if sooner.at < self.at { sooner } else { self }
    }

    /// Whether it has passed.
    pub fn passed(&self) -> bool {
        Instant::now() >= self.at
    }
}

/// The result of one poll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observation<T> {
    /// The condition holds.
    Ready(T),
    /// The condition does not hold yet; the text describes the missing part.
    Pending(String),
    /// The condition can never hold: a terminal error.
    Failed(Failure),
}

/// Polls with `pause` between two polls until `poll` returns `Ready` or `Failed` or the deadline passes.
///
/// An error of a poll does not end the wait: an API server that starts or restarts refuses connections for a
/// while. The failure at the deadline has kind `TimedOut` and contains the last observed state.
pub async fn wait<T, F, L>(deadline: Deadline, pause: Duration, what: &str, mut poll: L) -> Result<T>
where
    L: FnMut() -> F,
    F: Future<Output = Result<Observation<T>>>,
{
    let mut last = vec!["no state was observed".to_owned()];
    loop {
        match tokio::time::timeout_at(deadline.at, poll()).await {
            Ok(Ok(Observation::Ready(value))) => return Ok(value),
            Ok(Ok(Observation::Failed(failure))) => return Err(failure),
            Ok(Ok(Observation::Pending(seen))) => last = vec![seen],
            Ok(Err(error)) => last = std::iter::once(error.message).chain(error.causes).collect(),
            Err(_) => return Err(timed_out(what, deadline, last)),
        }
        if deadline.passed() {
            return Err(timed_out(what, deadline, last));
        }
        self::pause(pause).await;
    }
}

/// Polls forever, with `pause` between the end of one poll and the start of the next.
pub async fn every(pause: Duration, mut poll: impl AsyncFnMut()) -> std::convert::Infallible {
    loop {
        poll().await;
        self::pause(pause).await;
    }
}

/// Waits for a duration that another party requested, such as `Retry-After`, if there is no condition to poll.
#[expect(clippy::disallowed_methods, reason = "this is the one place that sleeps")]
pub async fn pause(length: Duration) {
    tokio::time::sleep(length).await;
}

fn timed_out(what: &str, deadline: Deadline, last: Vec<String>) -> Failure {
    let message = format!("{what}: not within {} s", deadline.limit.as_secs());
    last.into_iter().fold(Failure::new(Kind::TimedOut, message), Failure::because)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const SHORT: Duration = Duration::from_millis(5);

    #[tokio::test]
    async fn polls_until_ready_and_survives_errors() {
        let polls = AtomicUsize::new(0);
        let value = wait(Deadline::after(Duration::from_secs(5)), SHORT, "see it", || async {
            match polls.fetch_add(1, Ordering::Relaxed) {
                0 => Err(Failure::new(Kind::Cluster, "connection refused")),
                1 => Ok(Observation::Pending("1 of 2".to_owned())),
                n => Ok(Observation::Ready(n)),
            }
        })
        .await;
        assert_eq!(value, Ok(2));
    }

    #[tokio::test]
    async fn timeout_reports_the_last_observed_state() {
        let deadline = Deadline::after(Duration::from_millis(30));
        let result: Result<()> = wait(deadline, SHORT, "reach the API", || async {
            Ok(Observation::Pending("half way".to_owned()))
        })
        .await;
        let failure = result.unwrap_err();
        assert_eq!(failure.kind, Kind::TimedOut);
        assert_eq!(failure.causes, ["half way"]);
    }

    #[tokio::test]
    async fn hanging_poll_ends_at_the_deadline() {
        let deadline = Deadline::after(Duration::from_millis(30));
        let result: Result<()> = wait(deadline, SHORT, "hang", std::future::pending).await;
        assert_eq!(result.unwrap_err().kind, Kind::TimedOut);
    }

    #[tokio::test]
    async fn terminal_failure_ends_the_wait_at_once() {
        let failure = Failure::new(Kind::Phase, "image not found");
        let result: Result<()> = wait(Deadline::after(Duration::from_mins(1)), SHORT, "pull", || async {
            Ok(Observation::Failed(failure.clone()))
        })
        .await;
        assert_eq!(result.unwrap_err(), failure);
    }
}
