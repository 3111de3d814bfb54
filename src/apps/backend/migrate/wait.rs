//! Waits for the database, which the cluster creates at the same time on a first start, and for credentials that
//! it accepts: they may be in the middle of a rotation.

use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::{Connection, Error};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::MigrateFailure;
use crate::credentials::Credentials;

/// Time between two attempts.
const PAUSE: Duration = Duration::from_secs(1);

/// Time for one attempt.
const ATTEMPT: Duration = Duration::from_secs(5);

/// Tries to connect, with the newest credentials, until it succeeds or `limit` has passed.
pub async fn connect(credentials: &Credentials, limit: Duration) -> Result<PgConnection, MigrateFailure> {
    let end = Instant::now() + limit;
    let mut ticks = interval(PAUSE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        credentials.reload();
        let options = credentials.options().application_name("seasense-migrate");
        let attempt = timeout(ATTEMPT, PgConnection::connect_with(&options)).await;
        match attempt.unwrap_or_else(|elapsed| Err(Error::Io(elapsed.into()))) {
            Ok(connection) => return Ok(connection),
            Err(error) if Instant::now() >= end => return Err(MigrateFailure::NoDatabase(limit, error)),
            Err(error) => {
                let remaining_s = end.saturating_duration_since(Instant::now()).as_secs();
                tracing::info!(%error, remaining_s, host = options.get_host(), "waiting for the database");
            }
        }
    }
}
