//! The connection pool. Its credentials may be replaced at any time, without a failed request.

use std::sync::Arc;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgPoolOptions, PgRow};
use sqlx::query::QueryAs;
use sqlx::{Connection, FromRow, PgPool, Postgres};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::credentials::Credentials;
use super::db_error;
use super::limits;
use super::problem::Problem;
use super::retry::{self, Refusals};

/// Time limit for acquiring a connection, per attempt.
const ACQUIRE_TIME: Duration = Duration::from_secs(2);

/// Time limit of a ping on an idle connection.
const PING_TIME: Duration = Duration::from_secs(1);

/// A connection that was idle for a shorter time is not pinged.
const FRESH_TIME: Duration = Duration::from_millis(500);

/// Time from one look at the mounted credentials to the next.
const FOLLOW_INTERVAL: Duration = Duration::from_secs(2);

/// Connections are renewed, so that the load is distributed again after a failover.
const MAX_LIFETIME: Duration = Duration::from_mins(10);

/// A typed query with its parameters.
type Query<'q, T> = QueryAs<'q, Postgres, T, PgArguments>;

/// The database as handlers use it.
#[derive(Clone)]
pub struct Database {
    pool: PgPool,
    credentials: Credentials,
    refusals: Arc<Refusals>,
}

impl Database {
    /// Creates a pool of at most `size` connections. It connects on demand, so the process starts without its
    /// database.
    pub fn new(credentials: Credentials, size: u32) -> Self {
        let renewal = credentials.clone();
        let pool = PgPoolOptions::new()
            .max_connections(size)
            .acquire_timeout(ACQUIRE_TIME)
            // `before_acquire` ends connections: while the credentials are refused, the open ones are all there is.
            .max_lifetime(None)
            .idle_timeout(None)
            // The built-in test has no time limit: an unreachable host would block the request for minutes.
            .test_before_acquire(false)
            .before_acquire(move |connection, meta| {
                let renewal = renewal.clone();
                Box::pin(async move {
                    if meta.age > MAX_LIFETIME && can_connect(&renewal).await {
                        return Ok(false);
                    }
                    if meta.idle_for < FRESH_TIME {
                        return Ok(true);
                    }
                    Ok(matches!(timeout(PING_TIME, connection.ping()).await, Ok(Ok(()))))
                })
            })
            .connect_lazy_with(configured(credentials.options()));
        Self { pool, credentials, refusals: Arc::default() }
    }

    /// Reads the mounted credentials again whenever they have changed; never ends.
    pub async fn follow_credentials(self) {
        let mut ticks = interval(FOLLOW_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.reload();
        }
    }

    /// Uses changed credentials for new connections; returns whether there are any.
    fn reload(&self) -> bool {
        let changed = self.credentials.reload();
        if changed {
            self.pool.set_connect_options(configured(self.credentials.options()));
        }
        changed
    }

    /// Retries `attempt` from its beginning while the database is unavailable, or its credentials rotate.
    pub async fn retry<T, F>(&self, attempt: impl Fn() -> F) -> Result<T, Problem>
    where
        F: Future<Output = Result<T, Problem>>,
    {
        retry::retry(limits::RETRY_TIME, &self.refusals, attempt).await
    }

    /// Runs one query, with retries, and returns its rows. `query` builds it for each attempt.
    pub async fn fetch_all<'q, T>(&self, query: impl Fn() -> Query<'q, T>) -> Result<Vec<T>, Problem>
    where
        T: Send + Unpin + for<'r> FromRow<'r, PgRow>,
    {
        let rows = self.retry(|| async {
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
        let row = self.retry(|| async {
            let mut session = self.session().await?;
            let row = query().fetch_one(&mut *session.connection).await;
            session.check(row)
        });
        row.await
    }

    /// Acquires a connection for one attempt of several statements. If the server refuses the credentials, they
    /// are read again at once.
    pub async fn session(&self) -> sqlx::Result<Session> {
        let mut acquired = self.pool.acquire().await;
        if acquired.as_ref().is_err_and(db_error::is_refused) && self.reload() {
            acquired = self.pool.acquire().await;
        }
        match &acquired {
            Ok(_) => self.refusals.end(),
            Err(error) if db_error::is_refused(error) => self.refusals.begin(),
            Err(_) => (),
        }
        Ok(Session { connection: acquired? })
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

/// Adds the settings that all connections share.
fn configured(options: PgConnectOptions) -> PgConnectOptions {
    let statement_time = format!("{}ms", limits::STATEMENT_TIME.as_millis());
    options.application_name("seasense-backend").options([
        ("statement_timeout", statement_time.as_str()),
        ("idle_in_transaction_session_timeout", statement_time.as_str()),
        ("TimeZone", "UTC"),
    ])
}

/// Whether the server accepts a new connection. An old one is closed only then: with refused credentials nothing
/// could replace it.
async fn can_connect(credentials: &Credentials) -> bool {
    let options = configured(credentials.options());
    match timeout(PING_TIME, PgConnection::connect_with(&options)).await {
        Ok(Ok(connection)) => {
            let _ = connection.close().await;
            true
        }
        _ => false,
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
