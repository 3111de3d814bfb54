//! Puts the buoys to sea and brings them home.

use std::error::Error;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use seasense::apps::shared::shutdown::{self, Shutdown};
use seasense::apps::shared::token::EnrolmentKey;
use tokio::task::JoinSet;

use crate::ack_log::{AckLog, History};
use crate::agent::{self, Shared};
use crate::arguments::Arguments;
use crate::buoy::Buoy;
use crate::clock::{Clock as _, SystemClock};
use crate::metrics::{self, Metrics};
use crate::physics::Surface;
use crate::schedule::{Rhythm, Schedule};
use crate::track::Voyage;
use crate::transport::Https;

/// Time between two readings of the past.
const COARSE: SignedDuration = SignedDuration::from_mins(5);

/// How long buoys may try to deliver what waits after being asked to end.
const GRACE: SignedDuration = SignedDuration::from_secs(5);

/// Runs the fleet until asked to end.
pub async fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let shutdown = shutdown::listen_for(limit(arguments))?;
    let key = std::fs::read_to_string(&arguments.key_file)
        .map_err(|error| format!("read the key file {}: {error}", arguments.key_file.display()))?;
    let key = EnrolmentKey::new(&key)?;
    let transport = Https::new(&arguments.api, arguments.ca.as_deref(), arguments.connect)?;
    std::fs::create_dir_all(&arguments.ack_log)?;
    let history = History::read(&arguments.ack_log)?;
    let (ack_log, boot_id, writer) = AckLog::open(&arguments.ack_log, &history)?;
    tracing::info!(buoys = arguments.buoys, boot_id, seed = arguments.seed, api = %arguments.api, "the fleet sets out");
    let shared = Shared { clock: SystemClock, transport, ack_log, metrics: Metrics::default(), boot_id };
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
        let token = key.token(&buoy.id);
        tasks.spawn(agent::run(buoy, token, schedule, shared.clone(), shutdown.clone(), GRACE));
    }
    if let Some(address) = arguments.listen {
        tokio::spawn(observe(address, shared.metrics.clone(), shutdown.clone()));
    }
    drop(shared);
    while let Some(ended) = tasks.join_next().await {
        ended?;
    }
    // The last clone of the acknowledgement log went with the last buoy; what it wrote has to reach the disk.
    tokio::task::spawn_blocking(|| writer.join())
        .await?
        .map_err(|_| "the thread of the acknowledgement log panicked")??;
    tracing::info!("the fleet is home");
    Ok(())
}

/// How long they sail at most.
fn limit(arguments: &Arguments) -> Option<Duration> {
    let minutes = u64::from(arguments.limit);
    (minutes > 0).then(|| Duration::from_mins(minutes))
}

fn schedule(arguments: &Arguments, number: u32, now: Timestamp, newest: Option<Timestamp>) -> Schedule {
    let interval = SignedDuration::from_secs(i64::from(arguments.interval));
    let reach = SignedDuration::from_mins(i64::from(arguments.backfill));
    let rhythm = |interval| Rhythm::new(interval, number, arguments.buoys);
    Schedule::new(rhythm(interval), rhythm(COARSE), now, reach, newest)
}

/// The counters are a convenience: a port that is taken must not keep the buoys ashore.
async fn observe(address: std::net::SocketAddr, metrics: Metrics, shutdown: Shutdown) {
    if let Err(error) = metrics::serve(address, metrics, shutdown).await {
        tracing::error!(%address, %error, "metrics cannot be served");
    }
}
