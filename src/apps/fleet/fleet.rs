//! Starts and stops the buoys.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use seasense::apps::shared::shutdown::{self, Shutdown};
use tokio::task::JoinSet;

use crate::ack_log::{AckLog, History};
use crate::agent::{self, Shared};
use crate::arguments::Arguments;
use crate::buoy::Buoy;
use crate::clock::{Clock as _, SystemClock};
use crate::key_file::KeyFile;
use crate::metrics::{self, Metrics};
use crate::physics::Surface;
use crate::schedule::{Cadence, Schedule};
use crate::track::Voyage;
use crate::transport::Https;

/// Time between two backfilled readings.
const BACKFILL_INTERVAL: SignedDuration = SignedDuration::from_mins(5);

/// Time for buoys to send waiting readings during the shutdown.
const GRACE: SignedDuration = SignedDuration::from_secs(5);

/// Runs the fleet until a shutdown is requested.
pub async fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let shutdown = shutdown::listen_for(limit(arguments))?;
    let keys = Arc::new(KeyFile::read(&arguments.key_file)?);
    let transport = Https::new(&arguments.api, arguments.ca.as_deref(), arguments.connect)?;
    std::fs::create_dir_all(&arguments.ack_log)?;
    let history = History::read(&arguments.ack_log)?;
    let (ack_log, boot_id, writer) = AckLog::open(&arguments.ack_log, &history)?;
    tracing::info!(buoys = arguments.buoys, boot_id, seed = arguments.seed, api = %arguments.api, "fleet started");
    let metrics = Metrics::default();
    let shared = Shared { clock: SystemClock, transport, ack_log, metrics, keys, boot_id };
    let mut tasks = JoinSet::new();
    for number in 1..=arguments.buoys {
        let buoy = Buoy::new(
            arguments.kind.name(),
            arguments.seed,
            number,
            Voyage::new(arguments.seed, number),
            Surface,
        );
        let schedule = schedule(arguments, number, shared.clock.now(), history.newest.get(&buoy.id).copied());
        tasks.spawn(agent::run(buoy, schedule, shared.clone(), shutdown.clone(), GRACE));
    }
    if let Some(address) = arguments.listen {
        tokio::spawn(serve_metrics(address, shared.metrics.clone(), shutdown.clone()));
    }
    drop(shared);
    while let Some(ended) = tasks.join_next().await {
        ended?;
    }
    // The last clone of the log was dropped with the last buoy; its entries must still reach the disk.
    tokio::task::spawn_blocking(|| writer.join())
        .await?
        .map_err(|_| "the thread of the acknowledgement log panicked")??;
    tracing::info!("fleet stopped");
    Ok(())
}

/// Returns the time after which the fleet stops.
fn limit(arguments: &Arguments) -> Option<Duration> {
    let minutes = u64::from(arguments.limit);
    (minutes > 0).then(|| Duration::from_mins(minutes))
}

fn schedule(arguments: &Arguments, number: u32, now: Timestamp, newest: Option<Timestamp>) -> Schedule {
    let interval = SignedDuration::from_secs(i64::from(arguments.interval));
    let reach = SignedDuration::from_mins(i64::from(arguments.backfill));
    let cadence = |interval| Cadence::new(interval, number, arguments.buoys);
    Schedule::new(cadence(interval), cadence(BACKFILL_INTERVAL), now, reach, newest)
}

/// Serves the metrics. The buoys do not depend on them, so a port in use does not stop the fleet.
async fn serve_metrics(address: std::net::SocketAddr, metrics: Metrics, shutdown: Shutdown) {
    if let Err(error) = metrics::serve(address, metrics, shutdown).await {
        tracing::error!(%address, %error, "cannot serve metrics");
    }
}
