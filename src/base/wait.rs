//! Waiting for a condition, with a deadline and the last thing that was seen. Nothing else in the library sleeps.

use std::time::Duration;

use tokio::time::Instant;

use crate::base::failure::{Failure, Kind, Result};

/// The usual pause between two looks.
pub const PAUSE: Duration = Duration::from_millis(400);

/// When a wait gives up.
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

    /// This deadline, or `limit` from now where that is sooner.
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

/// What one look saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look<T> {
    /// The wait is over.
    Ready(T),
    /// Not yet; the text says what is missing.
    NotYet(String),
    /// It will never be.
    Failed(Failure),
}

/// Looks again and again, with `pause` between two looks, until `look` says `Ready` or `Failed` or the deadline passes.
///
/// An error of a look itself is no end: an API server that starts, or restarts, refuses connections for a while. The
/// failure at the deadline has kind `TimedOut` and tells the last thing that was seen.
pub async fn wait<T, F, L>(deadline: Deadline, pause: Duration, what: &str, mut look: L) -> Result<T>
where
    L: FnMut() -> F,
    F: Future<Output = Result<Look<T>>>,
{
    let mut last = vec!["nothing was seen".to_owned()];
    loop {
        match tokio::time::timeout_at(deadline.at, look()).await {
            Ok(Ok(Look::Ready(value))) => return Ok(value),
            Ok(Ok(Look::Failed(failure))) => return Err(failure),
            Ok(Ok(Look::NotYet(seen))) => last = vec![seen],
            Ok(Err(error)) => last = std::iter::once(error.message).chain(error.causes).collect(),
            Err(_) => return Err(late(what, deadline, last)),
        }
        if deadline.passed() {
            return Err(late(what, deadline, last));
        }
        self::pause(pause).await;
    }
}

/// Looks for ever, with `pause` between the end of one look and the beginning of the next.
pub async fn every(pause: Duration, mut look: impl AsyncFnMut()) -> std::convert::Infallible {
    loop {
        look().await;
        self::pause(pause).await;
    }
}

/// Waits for a time that somebody else has asked for, where no condition tells when it is over.
#[expect(clippy::disallowed_methods, reason = "this is the one place that sleeps")]
pub async fn pause(length: Duration) {
    tokio::time::sleep(length).await;
}

fn late(what: &str, deadline: Deadline, last: Vec<String>) -> Failure {
    let message = format!("{what}: not within {} s", deadline.limit.as_secs());
    last.into_iter().fold(Failure::new(Kind::TimedOut, message), Failure::because)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const SHORT: Duration = Duration::from_millis(5);

    #[tokio::test]
    async fn looks_until_it_is_ready_and_survives_errors() {
        let looks = AtomicUsize::new(0);
        let value = wait(Deadline::after(Duration::from_secs(5)), SHORT, "see it", || async {
            match looks.fetch_add(1, Ordering::Relaxed) {
                0 => Err(Failure::new(Kind::Cluster, "connection refused")),
                1 => Ok(Look::NotYet("1 of 2".to_owned())),
                n => Ok(Look::Ready(n)),
            }
        })
        .await;
        assert_eq!(value, Ok(2));
    }

    #[tokio::test]
    async fn a_late_wait_tells_what_it_saw_last() {
        let deadline = Deadline::after(Duration::from_millis(30));
        let result: Result<()> =
            wait(deadline, SHORT, "reach the moon", || async { Ok(Look::NotYet("half way".to_owned())) })
                .await;
        let failure = result.unwrap_err();
        assert_eq!((failure.kind, failure.causes), (Kind::TimedOut, vec!["half way".to_owned()]));
    }

    #[tokio::test]
    async fn a_look_that_hangs_ends_with_the_deadline() {
        let deadline = Deadline::after(Duration::from_millis(30));
        let result: Result<()> = wait(deadline, SHORT, "hang", std::future::pending).await;
        assert_eq!(result.unwrap_err().kind, Kind::TimedOut);
    }

    #[tokio::test]
    async fn a_terminal_failure_ends_it_at_once() {
        let failure = Failure::new(Kind::Phase, "image not found");
        let result: Result<()> = wait(Deadline::after(Duration::from_mins(1)), SHORT, "pull", || async {
            Ok(Look::Failed(failure.clone()))
        })
        .await;
        assert_eq!(result.unwrap_err(), failure);
    }
}
