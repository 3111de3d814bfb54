//! The connection pool, and retries while the database is unavailable.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPoolOptions, PgRow};
use sqlx::query::QueryAs;
use sqlx::{Connection, FromRow, PgPool, Postgres};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::db_error;
use super::limits;
use super::problem::Problem;

/// Time limit for acquiring a connection, per attempt.
const ACQUIRE_TIME: Duration = Duration::from_secs(2);

/// Time limit of a ping on an idle connection.
const PING_TIME: Duration = Duration::from_secs(1);

/// A connection that was idle for a shorter time is not pinged.
const FRESH_TIME: Duration = Duration::from_millis(500);

/// Time from one attempt to the next.
const RETRY_INTERVAL: Duration = Duration::from_millis(250);

/// Connections are renewed, so that the load is distributed again after a failover.
const MAX_LIFETIME: Duration = Duration::from_mins(10);

/// A typed query with its parameters.
type Query<'q, T> = QueryAs<'q, Postgres, T, PgArguments>;

/// The database as handlers use it.
#[derive(Clone)]
pub struct Database {
    pool: PgPool,
}

impl Database {
    /// Creates a pool of at most `size` connections. It connects on demand, so the process starts without its
    /// database.
    pub fn new(options: PgConnectOptions, size: u32) -> Self {
        let statement_time = format!("{}ms", limits::STATEMENT_TIME.as_millis());
        let options = options.application_name("seasense-backend").options([
            ("statement_timeout", statement_time.as_str()),
            ("idle_in_transaction_session_timeout", statement_time.as_str()),
            ("TimeZone", "UTC"),
        ]);
        let pool = PgPoolOptions::new()
            .max_connections(size)
            .acquire_timeout(ACQUIRE_TIME)
            .max_lifetime(MAX_LIFETIME)
            // The built-in test has no time limit: an unreachable host would block the request for minutes.
            .test_before_acquire(false)
            .before_acquire(|connection, meta| {
                Box::pin(async move {
                    if meta.idle_for < FRESH_TIME {
                        return Ok(true);
                    }
                    Ok(matches!(tokio::time::timeout(PING_TIME, connection.ping()).await, Ok(Ok(()))))
                })
            })
            .connect_lazy_with(options);
        Self { pool }
    }

    /// Runs one query, with retries, and returns its rows. `query` builds it for each attempt.
    pub async fn fetch_all<'q, T>(&self, query: impl Fn() -> Query<'q, T>) -> Result<Vec<T>, Problem>
    where
        T: Send + Unpin + for<'r> FromRow<'r, PgRow>,
    {
        let rows = retry(|| async {
            let mut session = self.session().await?;
            let rows = query().fetch_all(&mut *session.connection).await;
            session.check(rows)
        });
        rows.await
    }

    /// Runs one query, with retries, and returns its only row. `query` builds it for each attempt.
    pub async fn fetch_one<'q, T>(&self, query: impl Fn() -> Query<'q, T>) -> Result<T, Problem>
    where
        T: Send + Unpin + for<'r> FromRow<'r, PgRow>,
    {
        let row = retry(|| async {
            let mut session = self.session().await?;
            let row = query().fetch_one(&mut *session.connection).await;
            session.check(row)
        });
        row.await
    }

    /// Acquires a connection for one attempt of several statements.
    pub async fn session(&self) -> sqlx::Result<Session> {
        Ok(Session { connection: self.pool.acquire().await? })
    }

    /// Returns the number of open connections, and how many of them are idle.
    pub fn connections(&self) -> (u32, usize) {
        (self.pool.size(), self.pool.num_idle())
    }

    /// Closes the pool after running requests have returned their connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Retries `attempt` from its beginning while the database is unavailable: a failover takes seconds, and the
/// client does not notice it. No attempt starts after [`limits::RETRY_TIME`].
///
/// Every request can be repeated, even if the outcome of an attempt is unknown: it only reads, or it stores
/// under keys that the sender has chosen.
pub async fn retry<T, F>(attempt: impl Fn() -> F) -> Result<T, Problem>
where
    F: Future<Output = Result<T, Problem>>,
{
    retry_for(limits::RETRY_TIME, attempt).await
}

async fn retry_for<T, F>(limit: Duration, attempt: impl Fn() -> F) -> Result<T, Problem>
where
    F: Future<Output = Result<T, Problem>>,
{
    let end = Instant::now() + limit;
    let mut ticks = interval(RETRY_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match attempt().await {
            Err(problem) if problem == Problem::unavailable() && Instant::now() < end => (),
            result => return result,
        }
    }
}

/// A connection that is closed, not reused, after an error that a broken or demoted server may have caused.
pub struct Session {
    /// The connection itself.
    pub connection: PoolConnection<Postgres>,
}

impl Session {
    /// Checks the result of a statement. A demoted primary keeps its connections open and refuses every write
    /// on them, so such a connection must not return to the pool.
    pub fn check<T>(&mut self, result: sqlx::Result<T>) -> Result<T, Problem> {
        if result.as_ref().is_err_and(db_error::is_transient) {
            self.connection.close_on_drop();
        }
        Ok(result?)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn attempt_is_repeated_until_the_database_is_available() {
        let attempts = AtomicU32::new(0);
        let late = async || {
            if attempts.fetch_add(1, Ordering::Relaxed) < 2 { Err(Problem::unavailable()) } else { Ok(()) }
        };
        assert_eq!(retry_for(Duration::from_mins(1), late).await, Ok(()));
        assert_eq!(attempts.into_inner(), 3);
    }

    #[tokio::test]
    async fn no_attempt_starts_after_the_limit() {
        let attempts = AtomicU32::new(0);
        let never = async || {
            attempts.fetch_add(1, Ordering::Relaxed);
            Err(Problem::unavailable())
        };
        assert_eq!(retry_for::<(), _>(RETRY_INTERVAL, never).await, Err(Problem::unavailable()));
        assert_eq!(attempts.into_inner(), 2, "at once, and after the interval");
    }

    #[tokio::test]
    async fn permanent_error_is_not_retried() {
        let attempts = AtomicU32::new(0);
        let invalid = async || {
            attempts.fetch_add(1, Ordering::Relaxed);
            Err(Problem::internal())
        };
        assert_eq!(retry_for::<(), _>(Duration::from_mins(1), invalid).await, Err(Problem::internal()));
        assert_eq!(attempts.into_inner(), 1);
    }
}
