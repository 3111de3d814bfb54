//! The identity of the directories above a path: whether a path that does not exist here was deleted.
//!
//! A path can also be missing because this process sees other file systems than the process that created it: in
//! a container, in another mount namespace, or while a disk is not mounted.

use std::{io::ErrorKind, os::unix::fs::MetadataExt, path::Path, time::SystemTime};

use serde::{Deserialize, Serialize};

use crate::base::docker::labels::{self, Labels};

/// The identities of the directories above a path, from the root to its parent, separated by commas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Place(String);

impl Place {
    /// The place of `path`, which is absolute.
    pub fn of(path: &Path) -> Self {
        let mut identities: Vec<String> =
            path.ancestors().skip(1).map(|folder| identity(folder).unwrap_or_default()).collect();
        identities.reverse();
        Self(identities.join(","))
    }

    /// A place as it was recorded.
    pub fn recorded(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The form to record.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `path`, whose place this was, has been deleted: it does not exist, and the innermost directory
    /// above it that exists is the same as then.
    pub fn proves_deleted(&self, path: &Path) -> bool {
        let is_absent = |path: &Path| {
            std::fs::symlink_metadata(path)
                .is_err_and(|error| matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory))
        };
        if !is_absent(path) {
            return false;
        }
        let Some(innermost) = path.ancestors().skip(1).find(|folder| !is_absent(folder)) else {
            return false;
        };
        let depth = innermost.ancestors().count() - 1;
        let recorded = self.0.split(',').nth(depth).filter(|identity| !identity.is_empty());
        recorded.is_some() && recorded == identity(innermost).as_deref()
    }
}

/// Labels a resource with the state directory of its environment, for every client of the daemon.
pub fn label_state(labels: &mut Labels, state: &Path) {
    labels.insert(labels::STATE.to_owned(), state.to_string_lossy().into_owned());
    labels.insert(labels::PLACE.to_owned(), Place::of(state).as_str().to_owned());
}

/// The inode of a directory with the time of its creation, which survive a restart of the machine; with the
/// device on file systems that do not record that time.
fn identity(folder: &Path) -> Option<String> {
    let found = std::fs::metadata(folder).ok()?;
    let born = found.created().ok().and_then(|born| born.duration_since(SystemTime::UNIX_EPOCH).ok());
    Some(match born {
        Some(born) => format!("{}.{}", found.ino(), born.as_nanos()),
        None => format!("{}@{}", found.ino(), found.dev()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_path_was_deleted_only_below_the_same_directory() {
        let folder = tempfile::tempdir().unwrap();
        let (home, path) = (folder.path().join("home"), folder.path().join("home/states/seasense-a"));
        std::fs::create_dir_all(&path).unwrap();
        let place = Place::of(&path);
        assert!(!place.proves_deleted(&path), "it exists");
        std::fs::remove_dir(&path).unwrap();
        assert!(place.proves_deleted(&path));
        assert!(Place::recorded(place.as_str()).proves_deleted(&path));
        std::fs::remove_dir(home.join("states")).unwrap();
        assert!(place.proves_deleted(&path), "its parent was deleted with it");
        // What another mount at this place looks like.
        std::fs::rename(&home, folder.path().join("elsewhere")).unwrap();
        std::fs::create_dir_all(home.join("states")).unwrap();
        assert!(!place.proves_deleted(&path), "another directory");
        assert!(!Place::recorded("").proves_deleted(&path), "nothing was recorded");
    }
}
