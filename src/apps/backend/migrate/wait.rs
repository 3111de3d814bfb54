//! Waits for a database that is still on its way: on a first start the cluster makes it while we come up.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection, Error};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::Failed;

/// Time between two attempts.
const PAUSE: Duration = Duration::from_secs(1);

/// Time for one attempt.
const ATTEMPT: Duration = Duration::from_secs(5);

/// Tries to connect until it works or `patience` has passed.
pub async fn connect(options: &PgConnectOptions, patience: Duration) -> Result<PgConnection, Failed> {
    let end = Instant::now() + patience;
    let mut ticks = interval(PAUSE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let attempt = timeout(ATTEMPT, PgConnection::connect_with(options)).await;
        match attempt.unwrap_or_else(|elapsed| Err(Error::Io(elapsed.into()))) {
            Ok(connection) => return Ok(connection),
            Err(error) if Instant::now() >= end => return Err(Failed::NoDatabase(patience, error)),
            Err(error) => {
                let left_s = end.saturating_duration_since(Instant::now()).as_secs();
                tracing::info!(%error, left_s, host = options.get_host(), "waiting for the database");
            }
        }
    }
}
