//! The evidence whether an environment is alive. Other clients of the same daemon may have created it, in a
//! container or another mount namespace: what this process does not see may still exist.

use std::{
    path::Path,
    time::{Duration, SystemTime},
};

use jiff::{SignedDuration, Timestamp};

use super::Host;
use crate::{
    base::{
        docker::{Container, labels},
        failure::Result,
    },
    config::HostDirs,
    local::{
        cluster::{Lock, OWNERSHIP_MOUNT, create::MARK_FILE, nodes},
        inventory::FoundEnvironment,
        leases::{Owner, heartbeat},
        place::Place,
    },
};

/// The owner updates its heartbeat every second.
const SILENCE: Duration = Duration::from_secs(15);
/// Some file systems of virtual machines store coarse times.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(2);

/// What is known about the state directory that an environment uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateFolder {
    /// It is the one that this process sees.
    Visible,
    /// It exists, but this process sees another one or none.
    Elsewhere,
    /// It was deleted.
    Deleted,
    /// Nothing shows whether it exists.
    Unknown,
}

/// The evidence about one environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an observation of its own")]
pub struct Evidence {
    /// Whether the daemon is reached through a socket of this machine.
    pub local: bool,
    /// The state directory that its containers use.
    pub state: StateFolder,
    /// Whether its checkout was deleted; false if that is not known.
    pub checkout_deleted: bool,
    /// Whether the lock of its owner process can be seen here, held or not.
    pub lock_visible: bool,
    /// Whether its owner process gave a sign of life a moment ago.
    pub beats: bool,
    /// When its lease expires, as its reaper's container records it.
    pub expires: Option<Timestamp>,
}

impl Evidence {
    /// Gathers the evidence about `found`. Changes nothing.
    pub async fn gather(host: &Host, found: &FoundEnvironment, local: bool) -> Result<Self> {
        let cache = found.lease.as_ref().map_or(host.dirs.cache(), |lease| lease.cache.as_path());
        let checkout_deleted = found.owner.as_ref().is_some_and(Owner::is_checkout_deleted);
        Ok(Self {
            local,
            state: state_folder(host, found).await,
            checkout_deleted,
            lock_visible: Lock::file(&HostDirs::new(cache, ""), &found.cluster).is_file(),
            beats: beats(&heartbeat::file(&found.state), SystemTime::now()),
            expires: found.containers.iter().find_map(expiry),
        })
    }
}

/// Asks the daemon for the file that every node mounts from the state directory. Without a node, the label with
/// the place of the state directory may prove that it was deleted.
async fn state_folder(host: &Host, found: &FoundEnvironment) -> StateFolder {
    let Some(node) = found.containers.iter().find(|container| nodes::is_ours(container)) else {
        return if found.containers.iter().any(|container| is_deleted(container, &found.state)) {
            StateFolder::Deleted
        } else {
            StateFolder::Unknown
        };
    };
    match host.docker.modified(&node.name, &format!("{OWNERSHIP_MOUNT}/{MARK_FILE}")).await {
        Err(_) => StateFolder::Unknown,
        Ok(None) => StateFolder::Deleted,
        Ok(Some(there)) => compare(there, &found.state.join("mark").join(MARK_FILE)),
    }
}

/// Whether the file `here` is the one that a node shows with the modification time `there`.
fn compare(there: Timestamp, here: &Path) -> StateFolder {
    let modified = std::fs::metadata(here).and_then(|found| found.modified());
    let same = modified.is_ok_and(|time| {
        Timestamp::try_from(time).is_ok_and(|time| time.duration_since(there).abs() <= TOLERANCE)
    });
    if same { StateFolder::Visible } else { StateFolder::Elsewhere }
}

fn is_deleted(container: &Container, state: &Path) -> bool {
    let place = container.labels.get(labels::PLACE);
    let of_state = container.labels.get(labels::STATE).is_some_and(|named| Path::new(named) == state);
    of_state && place.is_some_and(|place| Place::recorded(place).proves_deleted(state))
}

fn beats(file: &Path, now: SystemTime) -> bool {
    let modified = std::fs::metadata(file).and_then(|found| found.modified());
    // A beat in the future shows that a clock was changed, not that the owner is dead.
    modified.is_ok_and(|beat| now.duration_since(beat).is_ok_and(|silence| silence < SILENCE) || beat > now)
}

fn expiry(container: &Container) -> Option<Timestamp> {
    container.labels.get(labels::EXPIRES)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::inventory::tests::container;

    #[test]
    fn mark_of_another_time_belongs_to_another_state_directory() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(MARK_FILE);
        std::fs::write(&file, "a").unwrap();
        let time = Timestamp::try_from(std::fs::metadata(&file).unwrap().modified().unwrap()).unwrap();
        assert_eq!(compare(time, &file), StateFolder::Visible);
        assert_eq!(compare(time - SignedDuration::from_mins(1), &file), StateFolder::Elsewhere);
        assert_eq!(compare(time, &folder.path().join("absent")), StateFolder::Elsewhere);
    }

    #[test]
    fn recent_heartbeat_is_a_sign_of_life() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("heartbeat");
        assert!(!beats(&file, SystemTime::now()));
        std::fs::write(&file, "").unwrap();
        let now = SystemTime::now();
        assert!(beats(&file, now) && beats(&file, now - Duration::from_mins(1)));
        assert!(!beats(&file, now + Duration::from_mins(1)));
    }

    #[test]
    fn label_proves_only_the_deletion_of_its_own_directory() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("seasense-a");
        let (text, place) = (state.to_string_lossy().into_owned(), Place::of(&state));
        let labelled =
            |state: &str, place: &str| container("f", &[(labels::STATE, state), (labels::PLACE, place)], &[]);
        assert!(is_deleted(&labelled(&text, place.as_str()), &state));
        assert!(!is_deleted(&labelled("/other", place.as_str()), &state));
        assert!(!is_deleted(&labelled(&text, "1.1"), &state), "another file system");
        assert!(!is_deleted(&container("f", &[(labels::STATE, &text)], &[]), &state), "an earlier version");
        std::fs::create_dir(&state).unwrap();
        assert!(!is_deleted(&labelled(&text, place.as_str()), &state), "it exists");
    }
}
