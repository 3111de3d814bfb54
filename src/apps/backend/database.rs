//! The connection pool, which errors mean "not now" rather than "never", and the patience with them.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgPool, Postgres};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::db_error;
use super::limits;
use super::problem::Problem;

/// Time to get a connection, in one attempt.
const ACQUIRE_TIME: Duration = Duration::from_secs(2);

/// Time in which an idle connection must show that it is alive.
const PING_TIME: Duration = Duration::from_secs(1);

/// A connection used within this time needs no proof of life.
const FRESH_TIME: Duration = Duration::from_millis(500);

/// Time from one attempt to the next.
const PAUSE: Duration = Duration::from_millis(250);

/// Connections are renewed, so that load spreads again after a failover.
const MAX_LIFETIME: Duration = Duration::from_mins(10);

/// The database as handlers see it.
#[derive(Clone)]
pub struct Database {
    pool: PgPool,
}

impl Database {
    /// A pool of at most `size` connections, made when they are needed: the process starts without its database.
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
            // The built-in test has no time limit of its own: a host that vanished would hold the request for minutes.
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

    /// One connection for one piece of work.
    pub async fn session(&self) -> sqlx::Result<Session> {
        Ok(Session { connection: self.pool.acquire().await? })
    }

    /// Connections that exist now, and how many of them are idle.
    pub fn connections(&self) -> (u32, usize) {
        (self.pool.size(), self.pool.num_idle())
    }

    /// Closes the pool after running work has returned its connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Does a piece of work, and does it again from its beginning while the database cannot serve: another primary takes over
/// within seconds, and whoever asked need not know of it. After [`limits::PATIENCE`] no new attempt begins.
///
/// All work of ours may be repeated, even where its end is not known: it reads, or it stores by the sender's own keys.
pub async fn patiently<T, F>(attempt: impl Fn() -> F) -> Result<T, Problem>
where
    F: Future<Output = Result<T, Problem>>,
{
    repeat(limits::PATIENCE, attempt).await
}

async fn repeat<T, F>(patience: Duration, attempt: impl Fn() -> F) -> Result<T, Problem>
where
    F: Future<Output = Result<T, Problem>>,
{
    let end = Instant::now() + patience;
    let mut ticks = interval(PAUSE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match attempt().await {
            Err(problem) if problem == Problem::unavailable() && Instant::now() < end => (),
            ended => return ended,
        }
    }
}

/// A connection that is thrown away, not reused, after an error that casts doubt on the server behind it.
pub struct Session {
    /// The connection itself.
    pub connection: PoolConnection<Postgres>,
}

impl Session {
    /// Looks at the result of a piece of work. A primary that was demoted keeps its connections open and refuses every
    /// write on them, so such a connection must not go back into the pool.
    pub fn check<T>(&mut self, result: sqlx::Result<T>) -> Result<T, Problem> {
        if result.as_ref().is_err_and(db_error::is_transient) {
            self.connection.close_on_drop();
        }
        Ok(result?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_is_repeated_while_the_database_cannot_serve_and_not_for_ever() {
        let attempts = std::sync::atomic::AtomicU32::new(0);
        let count = || attempts.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let late = async || if count() < 2 { Err(Problem::unavailable()) } else { Ok(()) };
        assert_eq!((repeat(Duration::from_mins(1), late).await, count()), (Ok(()), 3));

        let never = async || {
            count();
            Err(Problem::unavailable())
        };
        assert_eq!(repeat::<(), _>(PAUSE, never).await, Err(Problem::unavailable()));
        assert_eq!(count(), 6, "at once, and after the pause");

        let wrong = async || {
            count();
            Err(Problem::internal())
        };
        assert_eq!(repeat::<(), _>(Duration::from_mins(1), wrong).await, Err(Problem::internal()));
        assert_eq!(count(), 8, "what is wrong stays wrong");
    }
}
