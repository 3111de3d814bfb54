//! Repeats a request while the database is unavailable or refuses the credentials.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

use super::limits;
use super::problem::Problem;

/// Time from one attempt to the next.
const RETRY_INTERVAL: Duration = Duration::from_millis(250);

/// Since when the database refuses the credentials.
#[derive(Debug, Default)]
pub struct Refusals(Mutex<Option<Instant>>);

impl Refusals {
    /// Records a refusal; the first one counts.
    pub fn begin(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(Instant::now);
    }

    /// Records that a connection is usable.
    pub fn end(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether the refusal is recent enough to be a rotation that is still under way.
    fn may_end_soon(&self) -> bool {
        let since = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.is_none_or(|since| since.elapsed() < limits::CREDENTIALS_TIME)
    }
}

/// Retries `attempt` from its beginning while the database is unavailable: a failover takes seconds, and the
/// client does not notice it. No attempt starts after `limit`.
///
/// Every request can be repeated, even if the outcome of an attempt is unknown: it only reads, or it stores
/// under keys that the sender has chosen.
pub async fn retry<T, F>(limit: Duration, refusals: &Refusals, attempt: impl Fn() -> F) -> Result<T, Problem>
where
    F: Future<Output = Result<T, Problem>>,
{
    let end = Instant::now() + limit;
    let mut ticks = interval(RETRY_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match attempt().await {
            Err(problem) if Instant::now() < end && may_succeed(&problem, refusals) => (),
            result => return result,
        }
    }
}

fn may_succeed(problem: &Problem, refusals: &Refusals) -> bool {
    *problem == Problem::unavailable() || (problem.is_refused() && refusals.may_end_soon())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// Retries an attempt that fails `failures` times with this problem; returns the result and the number of
    /// attempts.
    async fn run(
        limit: Duration,
        refusals: &Refusals,
        failures: u32,
        problem: Problem,
    ) -> (Result<(), Problem>, u32) {
        let attempts = AtomicU32::new(0);
        let attempt = async || {
            if attempts.fetch_add(1, Ordering::Relaxed) < failures { Err(problem.clone()) } else { Ok(()) }
        };
        let result = retry(limit, refusals, attempt).await;
        (result, attempts.into_inner())
    }

    const MINUTE: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn attempt_is_repeated_until_the_database_is_available() {
        let refusals = Refusals::default();
        assert_eq!(run(MINUTE, &refusals, 2, Problem::unavailable()).await, (Ok(()), 3));
    }

    #[tokio::test]
    async fn no_attempt_starts_after_the_limit() {
        let ended = run(RETRY_INTERVAL, &Refusals::default(), u32::MAX, Problem::unavailable()).await;
        assert_eq!(ended, (Err(Problem::unavailable()), 2), "at once, and after the interval");
    }

    #[tokio::test]
    async fn permanent_error_is_not_retried() {
        let ended = run(MINUTE, &Refusals::default(), u32::MAX, Problem::internal()).await;
        assert_eq!(ended, (Err(Problem::internal()), 1));
    }

    #[tokio::test]
    async fn refused_credentials_are_retried_while_they_rotate() {
        let refusals = Refusals::default();
        refusals.begin();
        assert_eq!(run(MINUTE, &refusals, 2, Problem::refused()).await, (Ok(()), 3));
    }

    #[tokio::test]
    async fn lasting_refusal_is_answered_at_once_until_it_ends() {
        let refusals = Refusals(Mutex::new(Instant::now().checked_sub(limits::CREDENTIALS_TIME)));
        refusals.begin();
        assert_eq!(run(MINUTE, &refusals, 1, Problem::refused()).await, (Err(Problem::refused()), 1));
        refusals.end();
        assert_eq!(run(MINUTE, &refusals, 1, Problem::refused()).await, (Ok(()), 2));
    }
}
