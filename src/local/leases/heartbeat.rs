//! The heartbeat that the reaper watches: a file whose modification time is updated every second.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::mpsc::{self, RecvTimeoutError, Sender},
    time::{Duration, SystemTime},
};

use crate::base::failure::{Context, Kind, Result};

const EVERY: Duration = Duration::from_secs(1);

/// Updates the heartbeat until it is dropped.
///
/// It uses a separate thread: on a busy runtime the owner must not appear dead. It changes only the file's
/// time and writes nothing: a full disk must not stop it.
#[derive(Debug)]
pub struct Heartbeat {
    _stop: Sender<()>,
}

/// The heartbeat file in the state directory.
pub fn file(state: &Path) -> PathBuf {
    state.join("heartbeat")
}

impl Heartbeat {
    /// Starts the heartbeat in `state`.
    pub fn start(state: &Path) -> Result<Self> {
        let path = file(state);
        let what = || format!("cannot update `{}`", path.display());
        let file = File::create(&path).with_context(Kind::Tool, what)?;
        let (stop, stopped) = mpsc::channel();
        let beat = move || {
            // Updating a removed file is harmless.
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
    async fn heartbeat_updates_the_file_time() {
        let state = tempfile::tempdir().unwrap();
        let heartbeat = Heartbeat::start(state.path()).unwrap();
        let modified = || std::fs::metadata(file(state.path())).unwrap().modified().unwrap();
        let first = modified();
        wait(
            Deadline::after(Duration::from_secs(30)),
            Duration::from_millis(50),
            "observe the heartbeat",
            || async {
                Ok(if modified() > first {
                    Observation::Ready(())
                } else {
                    Observation::Pending("no update".to_owned())
                })
            },
        )
        .await
        .unwrap();
        drop(heartbeat);
    }
}
