//! What is written down once a cluster is whole.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::base::{
    atomic_file::replace_private,
    failure::{Context, Kind, Result},
};

const FILE: &str = "cluster.json";

/// The cluster that `kind create` finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The identities of its node containers, sorted.
    pub containers: Vec<String>,
    /// The node image it was made from.
    pub image: String,
    /// Number of nodes.
    pub nodes: u8,
    /// The gateway's port on 127.0.0.1.
    pub https_port: u16,
    /// The UID of its `kube-system` namespace.
    pub uid: String,
}

/// The file in `state` that says that the cluster is whole.
pub fn file(state: &Path) -> PathBuf {
    state.join(FILE)
}

impl Record {
    /// Reads the record in `state`; what cannot be read counts as absent, so that the cluster is made anew.
    pub fn read(state: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(state.join(FILE)).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Writes the record into `state`, whole or not at all.
    pub fn write(&self, state: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self).context(Kind::Internal, "write down the cluster")?;
        replace_private(&state.join(FILE), text.as_bytes())
    }

    /// Forgets the cluster in `state`.
    pub fn forget(state: &Path) {
        // An absent record means the same as a removed one, and an unremovable one is overwritten later.
        let _ = std::fs::remove_file(state.join(FILE));
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_record_survives_and_is_private() {
        let state = tempfile::tempdir().unwrap();
        let record = Record {
            containers: vec!["a".into()],
            image: "node".into(),
            nodes: 1,
            https_port: 8443,
            uid: "u".into(),
        };
        assert_eq!(Record::read(state.path()), None);
        record.write(state.path()).unwrap();
        assert_eq!(Record::read(state.path()), Some(record));
        let mode = std::fs::metadata(state.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::write(state.path().join(FILE), "{half").unwrap();
        assert_eq!(Record::read(state.path()), None);
    }
}
