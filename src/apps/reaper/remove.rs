//! Removes the environment: its Docker resources until none reappears, its files, then the reaper.

use std::{
    io,
    path::Path,
    time::{Duration, Instant},
};

use bollard::{Docker, errors::Error};

use super::{arguments::Arguments, docker};

/// The time between two sweeps.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);

/// Time without a new resource if the cluster was incomplete: a child process of the owner may still run and
/// create nodes.
const QUIET_WHILE_CREATING: Duration = Duration::from_secs(15);
/// Time without a new resource if the cluster was complete.
const QUIET: Duration = Duration::from_secs(2);

/// Consecutive errors of Docker after which the reaper restarts.
const MAX_ERRORS: u32 = 20;

/// Removes everything; the last call removes the reaper itself.
pub async fn run(daemon: &Docker, arguments: &Arguments) -> Result<(), Error> {
    let quiet = if arguments.cluster_record.exists() { QUIET } else { QUIET_WHILE_CREATING };
    sweep_until_quiet(daemon, arguments, quiet).await?;
    for path in &arguments.paths {
        match delete(path) {
            Ok(()) => tracing::info!(path = %path.display(), "removed"),
            Err(error) => tracing::warn!(path = %path.display(), %error, "cannot remove the path"),
        }
    }
    tracing::info!("removing the reaper");
    docker::remove_container(daemon, &arguments.own_container).await
}

/// Sweeps until no resource was found for the time `quiet`.
async fn sweep_until_quiet(daemon: &Docker, arguments: &Arguments, quiet: Duration) -> Result<(), Error> {
    let mut pause = tokio::time::interval(SWEEP_INTERVAL);
    let mut last_found = Instant::now();
    let mut errors = 0;
    while last_found.elapsed() < quiet {
        pause.tick().await;
        match docker::sweep(daemon, arguments).await {
            Ok(removed) if removed.is_empty() => errors = 0,
            Ok(removed) => {
                tracing::info!(?removed, "removed");
                (last_found, errors) = (Instant::now(), 0);
            }
            Err(error) if errors < MAX_ERRORS => {
                tracing::warn!(%error, "Docker failed; retrying");
                (last_found, errors) = (Instant::now(), errors + 1);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Deletes a file or directory; an absent one is not an error.
fn delete(path: &Path) -> io::Result<()> {
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
    fn files_and_directories_are_deleted_without_following_links() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("state/deep")).unwrap();
        std::fs::create_dir(at("precious")).unwrap();
        std::fs::write(at("lock"), "").unwrap();
        std::os::unix::fs::symlink(at("precious"), at("state/link")).unwrap();
        std::os::unix::fs::symlink(at("precious"), at("link")).unwrap();
        for name in ["state", "lock", "link", "never"] {
            delete(&at(name)).unwrap();
        }
        let remaining: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(remaining, ["precious"]);
    }
}
