//! The lock that allows one run at a time per cluster; the kernel releases it when its holder ends.

use std::{
    fs::File,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    base::{
        event::{Event, Events},
        failure::{Failure, Kind, Result},
        file_lock::{FileLock, Holder},
        wait::{Deadline, Observation, PAUSE, wait},
    },
    config::HostDirs,
};

/// The lock; released on drop.
#[derive(Debug)]
pub struct Lock {
    _lock: FileLock,
}

impl Lock {
    /// Acquires the lock of `cluster`, or fails with its holder.
    ///
    /// The file stays in the cache: removing it would not release the lock.
    pub fn acquire(dirs: &HostDirs, cluster: &str) -> Result<Self> {
        Self::attempt(dirs, cluster)?.map_err(|holder| held(cluster, &holder))
    }

    /// Acquires the lock of `cluster`, waiting up to `timeout` for its holder; without a timeout it fails at
    /// once.
    pub async fn take(
        dirs: &HostDirs,
        cluster: &str,
        timeout: Option<Duration>,
        events: &Events,
    ) -> Result<Self> {
        let (Some(timeout), Err(holder)) = (timeout, Self::attempt(dirs, cluster)?) else {
            return Self::acquire(dirs, cluster);
        };
        let text = format!("waiting for another run on `{cluster}` to end: {holder}");
        events.emit(Event::Warning { text });
        wait(Deadline::after(timeout), PAUSE, &format!("acquire the lock of `{cluster}`"), || async {
            Ok(match Self::attempt(dirs, cluster)? {
                Ok(lock) => Observation::Ready(lock),
                Err(holder) => Observation::Pending(format!("{holder} holds the lock")),
            })
        })
        .await
    }

    /// The file of the lock of `cluster`.
    pub fn file(dirs: &HostDirs, cluster: &str) -> PathBuf {
        dirs.cache().join("locks").join(format!("{cluster}.lock"))
    }

    /// Whether a run holds the lock at `file` at this moment.
    pub fn is_held(file: &Path) -> bool {
        let Ok(file) = File::open(file) else { return false };
        file.try_lock().is_err()
    }

    /// Releases the lock and removes its file. Only for names that are never used again: a waiting process
    /// would acquire a file that no longer exists.
    pub fn forget(self, dirs: &HostDirs, cluster: &str) {
        // A remaining file is harmless.
        let _ = std::fs::remove_file(Self::file(dirs, cluster));
    }

    /// Tries to acquire the lock; returns its holder if another process has it.
    fn attempt(dirs: &HostDirs, cluster: &str) -> Result<std::result::Result<Self, Holder>> {
        Ok(FileLock::attempt(&Self::file(dirs, cluster))?.map(|lock| Self { _lock: lock }))
    }
}

fn held(cluster: &str, holder: &Holder) -> Failure {
    let failure = Failure::new(Kind::Cluster, format!("another run works on `{cluster}`"))
        .because(format!("{holder} holds the lock"));
    if holder.is_watch() {
        return failure.hint(
            "it is a watch, which does not end by itself: press Ctrl-C in its terminal, run this command again, \
             then start the watch again; the environment keeps running",
        );
    }
    failure.hint("wait for it to end (`--wait-lock SECONDS`), or end it and run this command again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_run_names_the_holder_and_succeeds_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = HostDirs::new(folder.path(), folder.path());
        let first = Lock::acquire(&dirs, "seasense-local").unwrap();
        let refused = Lock::acquire(&dirs, "seasense-local").unwrap_err();
        let holder = format!("process {} (`", std::process::id());
        assert!(refused.causes[0].starts_with(&holder), "{:?}", refused.causes);
        Lock::acquire(&dirs, "seasense-other").unwrap();
        drop(first);
        Lock::acquire(&dirs, "seasense-local").unwrap();
    }

    #[tokio::test]
    async fn waiting_run_continues_when_the_holder_ends() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = HostDirs::new(folder.path(), folder.path());
        let first = Lock::acquire(&dirs, "seasense-local").unwrap();
        let events: Events = std::sync::Arc::new(crate::base::event::Silent);
        let impatient = Lock::take(&dirs, "seasense-local", None, &events).await.unwrap_err();
        assert_eq!(impatient.kind, Kind::Cluster);
        let late =
            Lock::take(&dirs, "seasense-local", Some(Duration::from_millis(1)), &events).await.unwrap_err();
        assert_eq!(late.kind, Kind::TimedOut);
        let (second, ()) =
            tokio::join!(Lock::take(&dirs, "seasense-local", Some(Duration::from_mins(1)), &events), async {
                tokio::task::yield_now().await;
                drop(first);
            });
        second.unwrap();
    }
}
