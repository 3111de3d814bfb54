//! The removal: again and again until nothing comes back, then the files, then itself.

use std::{
    io,
    path::Path,
    time::{Duration, Instant},
};

use bollard::{Docker, errors::Error};

use super::{arguments::Arguments, docker};

/// The time between two sweeps.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);

/// A program that the owner started may outlive it and make one more container: so long nothing must come.
const QUIET_WHILE_MADE: Duration = Duration::from_secs(15);
/// Once the cluster was whole nobody makes anything any more.
const QUIET: Duration = Duration::from_secs(2);

/// How often the daemon may refuse in a row before the reaper begins anew.
const PATIENCE: u32 = 20;

/// Removes everything; returns when the reaper itself is about to be removed.
pub async fn run(daemon: &Docker, arguments: &Arguments) -> Result<(), Error> {
    let quiet = if arguments.whole.exists() { QUIET } else { QUIET_WHILE_MADE };
    empty(daemon, arguments, quiet).await?;
    for path in &arguments.paths {
        match forget(path) {
            Ok(()) => tracing::info!(path = %path.display(), "removed"),
            Err(error) => tracing::warn!(path = %path.display(), %error, "could not be removed"),
        }
    }
    tracing::info!("nothing is left but me");
    docker::remove_container(daemon, &arguments.myself).await
}

/// Sweeps until nothing was found for the time `quiet`.
async fn empty(daemon: &Docker, arguments: &Arguments, quiet: Duration) -> Result<(), Error> {
    let mut pause = tokio::time::interval(SWEEP_INTERVAL);
    let mut last_found = Instant::now();
    let mut refused = 0;
    while last_found.elapsed() < quiet {
        pause.tick().await;
        match docker::sweep(daemon, arguments).await {
            Ok(gone) if gone.is_empty() => refused = 0,
            Ok(gone) => {
                tracing::info!(?gone, "removed");
                (last_found, refused) = (Instant::now(), 0);
            }
            Err(error) if refused < PATIENCE => {
                tracing::warn!(%error, "the daemon refused; trying again");
                (last_found, refused) = (Instant::now(), refused + 1);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn forget(path: &Path) -> io::Result<()> {
    let removed = match std::fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_folders_are_forgotten_and_links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("state/deep")).unwrap();
        std::fs::create_dir(at("precious")).unwrap();
        std::fs::write(at("lock"), "").unwrap();
        std::os::unix::fs::symlink(at("precious"), at("state/link")).unwrap();
        std::os::unix::fs::symlink(at("precious"), at("link")).unwrap();
        for name in ["state", "lock", "link", "never"] {
            forget(&at(name)).unwrap();
        }
        let left: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["precious"]);
    }
}
