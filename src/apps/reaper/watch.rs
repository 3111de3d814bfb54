//! Watches one environment until it must be removed.

use std::{
    path::Path,
    time::{Duration, Instant, SystemTime},
};

use bollard::errors::Error;
use jiff::Timestamp;

use super::{
    arguments::Arguments,
    decide::{Observed, Verdict, decide},
    docker, remove,
};

/// The time between two checks of the owner and the deadline.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Watches the environment, then removes it.
///
/// The time without a heartbeat is measured with this process's monotonic clock, so a reboot starts it at zero
/// and a changed system clock has no effect.
pub async fn run(arguments: &Arguments) -> Result<(), Error> {
    let daemon = docker::connect(&arguments.socket).await?;
    tracing::info!(labels = ?arguments.labels, deadline = ?arguments.deadline, "watching");
    let mut pause = tokio::time::interval(CHECK_INTERVAL);
    pause.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut owner = Owner::new(Instant::now());
    loop {
        pause.tick().await;
        let beat = arguments.heartbeat.as_deref().map(last_beat);
        let verdict = decide(Observed {
            now: Timestamp::now(),
            deadline: arguments.deadline,
            silence: beat.map(|beat| owner.silence(beat, Instant::now())),
            grace: Duration::from_secs(arguments.grace),
        });
        if verdict != Verdict::Keep {
            tracing::info!(?verdict, "removing the environment");
            return remove::run(&daemon, arguments).await;
        }
    }
}

/// Returns the time of the owner's last heartbeat; `None` if the file does not exist.
fn last_beat(file: &Path) -> Option<SystemTime> {
    std::fs::metadata(file).ok()?.modified().ok()
}

/// The last observed heartbeat of the owner.
struct Owner {
    beat: Option<SystemTime>,
    seen_at: Instant,
}

impl Owner {
    fn new(now: Instant) -> Self {
        Self { beat: None, seen_at: now }
    }

    /// Returns the time since the heartbeat last changed. A removed file is not a change.
    fn silence(&mut self, beat: Option<SystemTime>, now: Instant) -> Duration {
        if beat.is_some() && beat != self.beat {
            (self.beat, self.seen_at) = (beat, now);
        }
        now.duration_since(self.seen_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_changed_heartbeat_ends_the_silence() {
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        let beat = |seconds| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        let mut owner = Owner::new(begun);
        assert_eq!(owner.silence(None, at(3)), Duration::from_secs(3), "no heartbeat yet");
        assert_eq!(owner.silence(beat(100), at(4)), Duration::ZERO);
        assert_eq!(owner.silence(beat(100), at(9)), Duration::from_secs(5));
        assert_eq!(owner.silence(None, at(10)), Duration::from_secs(6), "the file was removed");
        assert_eq!(owner.silence(beat(50), at(11)), Duration::ZERO, "a clock that was set back still counts");
    }
}
