//! Watching one environment until it has to go.

use std::{
    path::Path,
    time::{Duration, Instant, SystemTime},
};

use bollard::errors::Error;
use jiff::Timestamp;

use super::{
    arguments::Arguments,
    decide::{Known, Verdict, decide},
    docker, remove,
};

/// The time between two checks of the owner and the deadline.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Watches, then removes.
///
/// How long the owner has been silent is measured from what this process saw itself: after a reboot it begins at zero,
/// and a clock that somebody sets changes nothing.
pub async fn run(arguments: &Arguments) -> Result<(), Error> {
    let daemon = docker::connect(&arguments.socket).await?;
    tracing::info!(labels = ?arguments.labels, deadline = ?arguments.deadline, "watching");
    let mut pause = tokio::time::interval(CHECK_INTERVAL);
    pause.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut owner = Owner::new(Instant::now());
    loop {
        pause.tick().await;
        let beat = arguments.heartbeat.as_deref().map(beat);
        let verdict = decide(Known {
            now: Timestamp::now(),
            deadline: arguments.deadline,
            silent: beat.map(|beat| owner.silent(beat, Instant::now())),
            grace: Duration::from_secs(arguments.grace),
        });
        if verdict != Verdict::Lives {
            tracing::info!(?verdict, "removing the environment");
            return remove::run(&daemon, arguments).await;
        }
    }
}

/// When the owner last said that it lives; `None` where it has not yet, or not any more.
fn beat(file: &Path) -> Option<SystemTime> {
    std::fs::metadata(file).ok()?.modified().ok()
}

/// What was heard of the owner.
struct Owner {
    beat: Option<SystemTime>,
    heard: Instant,
}

impl Owner {
    fn new(now: Instant) -> Self {
        Self { beat: None, heard: now }
    }

    /// How long nothing new was heard. A file that vanished is nothing new.
    fn silent(&mut self, beat: Option<SystemTime>, now: Instant) -> Duration {
        if beat.is_some() && beat != self.beat {
            (self.beat, self.heard) = (beat, now);
        }
        now.duration_since(self.heard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_something_new_ends_the_silence() {
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        let heard = |seconds| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        let mut owner = Owner::new(begun);
        assert_eq!(owner.silent(None, at(3)), Duration::from_secs(3), "it has not spoken yet");
        assert_eq!(owner.silent(heard(100), at(4)), Duration::ZERO);
        assert_eq!(owner.silent(heard(100), at(9)), Duration::from_secs(5));
        assert_eq!(owner.silent(None, at(10)), Duration::from_secs(6), "the file vanished");
        assert_eq!(owner.silent(heard(50), at(11)), Duration::ZERO, "a clock that was set back still beats");
    }
}
