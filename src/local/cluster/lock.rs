//! One run at a time per cluster, by a lock the kernel frees however the holder ends.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    base::{
        event::{Event, Events},
        failure::{Context, Failure, Kind, Result},
        wait::{Deadline, Observation, PAUSE, wait},
    },
    config::HostDirs,
};

/// Held as long as it lives.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of `cluster`, or says who holds it.
    ///
    /// The file stays in the cache: it holds nothing, and removing a lock file frees nobody.
    pub fn acquire(dirs: &HostDirs, cluster: &str) -> Result<Self> {
        Self::attempt(dirs, cluster)?.map_err(|holder| held(cluster, &holder))
    }

    /// Takes the lock of `cluster`, waiting up to `patience` for a run that holds it; none means refuse at once.
    pub async fn take(
        dirs: &HostDirs,
        cluster: &str,
        patience: Option<Duration>,
        events: &Events,
    ) -> Result<Self> {
        let (Some(patience), Err(holder)) = (patience, Self::attempt(dirs, cluster)?) else {
            return Self::acquire(dirs, cluster);
        };
        let text = format!("another run works on `{cluster}` (process {holder}): waiting for it to end");
        events.emit(Event::Warning { text });
        wait(Deadline::after(patience), PAUSE, &format!("take the lock of `{cluster}`"), || async {
            Ok(match Self::attempt(dirs, cluster)? {
                Ok(lock) => Observation::Ready(lock),
                Err(holder) => Observation::Pending(format!("process {holder} holds the lock")),
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

    /// Lets go of it and removes its file, which only a name that is never used again allows: whoever waited for the
    /// file that is gone would hold nothing.
    pub fn forget(self, dirs: &HostDirs, cluster: &str) {
        // A file that stays is an empty one.
        let _ = std::fs::remove_file(Self::file(dirs, cluster));
    }

    /// The lock, or the process that holds it.
    fn attempt(dirs: &HostDirs, cluster: &str) -> Result<std::result::Result<Self, String>> {
        let path = Self::file(dirs, cluster);
        let folder = path.parent().unwrap_or(&path);
        let what = || format!("take the lock `{}`", path.display());
        std::fs::create_dir_all(folder).with_context(Kind::Tool, what)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(&path).with_context(Kind::Tool, what)?;
        if file.try_lock().is_err() {
            let mut holder = String::new();
            // Who holds it is only told for the person's sake.
            let _ = file.read_to_string(&mut holder);
            return Ok(Err(holder.trim().to_owned()));
        }
        file.set_len(0).with_context(Kind::Tool, what)?;
        write!(file, "{}", std::process::id()).with_context(Kind::Tool, what)?;
        Ok(Ok(Self { _file: file }))
    }
}

fn held(cluster: &str, holder: &str) -> Failure {
    Failure::new(Kind::Cluster, format!("another run works on `{cluster}`"))
        .because(format!("process {holder} holds the lock"))
        .hint(
            "wait for it to end (`--wait-lock SECONDS`), or end it and run this again: it goes on from there",
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_is_told_who_is_first_and_may_go_on_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = HostDirs::new(folder.path(), folder.path());
        let first = Lock::acquire(&dirs, "seasense-local").unwrap();
        let refused = Lock::acquire(&dirs, "seasense-local").unwrap_err();
        assert_eq!(refused.causes, [format!("process {} holds the lock", std::process::id())]);
        Lock::acquire(&dirs, "seasense-other").unwrap();
        drop(first);
        Lock::acquire(&dirs, "seasense-local").unwrap();
    }

    #[tokio::test]
    async fn a_patient_run_goes_on_when_the_first_one_ends() {
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
