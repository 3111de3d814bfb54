//! Who an environment on this machine belongs to: written into its state folder before anything else of it is made.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::base::atomic_file::replace_private;
use crate::{
    base::failure::{Context, Kind, Result},
    config::HostDirs,
};

const FILE: &str = "owner.json";

/// The owner of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The root of the checkout it was made from.
    pub project: PathBuf,
    /// The environment's name: the file `envs/<environment>.toml` of that checkout.
    pub environment: String,
    /// The gateway's port on 127.0.0.1.
    pub https_port: u16,
    /// When it was first made.
    pub created: Timestamp,
    /// Seconds that it may live after `created`; none means until it is removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl_seconds: Option<u64>,
}

impl Owner {
    /// The owner of the environment whose cluster is called `cluster`; what cannot be read counts as nobody.
    pub fn read(dirs: &HostDirs, cluster: &str) -> Option<Self> {
        Self::read_in(&dirs.state(cluster))
    }

    /// The owner named in the state folder `state`.
    pub fn read_in(state: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(state.join(FILE)).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Writes it down, whole or not at all.
    pub fn write(&self, dirs: &HostDirs, cluster: &str) -> Result<()> {
        let state = dirs.make_state(cluster)?;
        let text = serde_json::to_string_pretty(self).context(Kind::Internal, "write down the owner")?;
        replace_private(&state.join(FILE), text.as_bytes())
    }

    /// When it goes in any case.
    pub fn deadline(&self) -> Option<Timestamp> {
        let seconds = i64::try_from(self.ttl_seconds?).ok()?;
        self.created.checked_add(SignedDuration::from_secs(seconds)).ok()
    }

    /// Whether its checkout is still there.
    pub fn has_home(&self) -> bool {
        self.project.join("envs").is_dir()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_survives_and_a_half_written_one_is_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = HostDirs::new(folder.path(), folder.path());
        let owner = Owner {
            project: folder.path().to_owned(),
            environment: "local".into(),
            https_port: 8443,
            created: Timestamp::UNIX_EPOCH,
            ttl_seconds: None,
        };
        assert_eq!(Owner::read(&dirs, "seasense-local"), None);
        owner.write(&dirs, "seasense-local").unwrap();
        assert_eq!(Owner::read(&dirs, "seasense-local"), Some(owner.clone()));
        assert!(!owner.has_home());
        std::fs::write(dirs.state("seasense-local").join(FILE), "{half").unwrap();
        assert_eq!(Owner::read(&dirs, "seasense-local"), None);
    }
}
