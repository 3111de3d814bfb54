//! The owner record of a local environment, written to its state directory before anything else is created.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    base::{
        atomic_file::replace_private,
        failure::{Context, Kind, Result},
    },
    config::{EnvName, HostDirs},
    local::place::Place,
};

const FILE: &str = "owner.json";

/// The owner of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The root of the checkout that created it.
    pub project: PathBuf,
    /// The environment's name: the file `envs/<environment>.toml` of that checkout.
    pub environment: EnvName,
    /// The gateway's port on 127.0.0.1.
    pub https_port: u16,
    /// The time of its creation.
    pub created: Timestamp,
    /// Its maximum lifetime in seconds after `created`; `None` for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl_seconds: Option<u64>,
    /// The place of the checkout; `None` in a record of an earlier version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

impl Owner {
    /// The owner of the environment whose cluster is called `cluster`; an unreadable record counts as absent.
    pub fn read(dirs: &HostDirs, cluster: &str) -> Option<Self> {
        Self::read_in(&dirs.state(cluster))
    }

    /// The owner recorded in the state directory `state`.
    pub fn read_in(state: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(state.join(FILE)).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Writes the record atomically.
    pub fn write(&self, dirs: &HostDirs, cluster: &str) -> Result<()> {
        let state = dirs.make_state(cluster)?;
        let text = serde_json::to_string_pretty(self).context(Kind::Internal, "encode the owner record")?;
        replace_private(&state.join(FILE), text.as_bytes())
    }

    /// The latest time at which the environment is removed.
    pub fn deadline(&self) -> Option<Timestamp> {
        let seconds = i64::try_from(self.ttl_seconds?).ok()?;
        self.created.checked_add(SignedDuration::from_secs(seconds)).ok()
    }

    /// Whether its checkout was deleted; false if it may only not be visible from here.
    pub fn is_checkout_deleted(&self) -> bool {
        self.place.as_ref().is_some_and(|place| place.proves_deleted(&self.project))
    }

    /// Whether its checkout still exists.
    pub fn checkout_exists(&self) -> bool {
        self.project.join("envs").is_dir()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owner_is_read_back_and_a_corrupt_record_is_ignored() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = HostDirs::new(folder.path(), folder.path());
        let owner = Owner {
            project: folder.path().to_owned(),
            environment: "local".into(),
            https_port: 8443,
            created: Timestamp::UNIX_EPOCH,
            ttl_seconds: None,
            place: None,
        };
        assert_eq!(Owner::read(&dirs, "seasense-local"), None);
        owner.write(&dirs, "seasense-local").unwrap();
        assert_eq!(Owner::read(&dirs, "seasense-local"), Some(owner.clone()));
        assert!(!owner.checkout_exists());
        std::fs::write(dirs.state("seasense-local").join(FILE), "{half").unwrap();
        assert_eq!(Owner::read(&dirs, "seasense-local"), None);
    }
}
