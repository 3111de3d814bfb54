//! The sign of life that the reaper watches: the time of a file, moved on every second.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::mpsc::{self, RecvTimeoutError, Sender},
    time::{Duration, SystemTime},
};

use crate::base::failure::{Context, Kind, Result};

const EVERY: Duration = Duration::from_secs(1);

/// Beats as long as it lives.
///
/// From a thread of its own: however busy the runtime is, the owner must not seem dead. The time of the file is moved
/// and nothing written: a full disk must not stop it.
#[derive(Debug)]
pub struct Heartbeat {
    _stop: Sender<()>,
}

/// The file in the state folder.
pub fn file(state: &Path) -> PathBuf {
    state.join("heartbeat")
}

impl Heartbeat {
    /// Begins to beat in `state`.
    pub fn start(state: &Path) -> Result<Self> {
        let path = file(state);
        let what = || format!("keep `{}` alive", path.display());
        let file = File::create(&path).with_context(Kind::Tool, what)?;
        let (stop, stopped) = mpsc::channel();
        let beat = move || {
            // A file that was removed is nobody's sign of life any more, and harmless.
            while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                let _ = file.set_modified(SystemTime::now());
            }
        };
        std::thread::Builder::new()
            .name("heartbeat".to_owned())
            .spawn(beat)
            .with_context(Kind::Internal, what)?;
        Ok(Self { _stop: stop })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::wait::{Deadline, Observation, wait};

    #[tokio::test]
    async fn it_beats_until_it_is_dropped() {
        let state = tempfile::tempdir().unwrap();
        let heartbeat = Heartbeat::start(state.path()).unwrap();
        let modified = || std::fs::metadata(file(state.path())).unwrap().modified().unwrap();
        let first = modified();
        wait(Deadline::after(Duration::from_secs(30)), Duration::from_millis(50), "hear it beat", || async {
            Ok(if modified() > first {
                Observation::Ready(())
            } else {
                Observation::Pending("silence".to_owned())
            })
        })
        .await
        .unwrap();
        drop(heartbeat);
    }
}
