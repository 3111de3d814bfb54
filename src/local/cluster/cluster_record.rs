//! The record of a completely created cluster.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::base::{
    atomic_file::write_private,
    failure::{Context, Kind, Result},
};

const FILE: &str = "cluster.json";

/// A cluster that `kind create` finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterRecord {
    /// The IDs of its node containers, sorted.
    pub containers: Vec<String>,
    /// The node image that it was created from.
    pub image: String,
    /// Number of nodes.
    pub nodes: u8,
    /// The gateway's port on 127.0.0.1.
    pub https_port: u16,
    /// The UID of its `kube-system` namespace.
    pub uid: String,
}

/// The file in `state` whose existence means that the cluster is complete.
pub fn file(state: &Path) -> PathBuf {
    state.join(FILE)
}

impl ClusterRecord {
    /// Reads the record in `state`; an unreadable one counts as absent, so that the cluster is created again.
    pub fn read(state: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(state.join(FILE)).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Writes the record to `state` atomically.
    pub fn write(&self, state: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self).context(Kind::Internal, "encode the cluster record")?;
        write_state_file(&state.join(FILE), text.as_bytes())
    }

    /// Removes the record in `state`.
    pub fn forget(state: &Path) {
        // A record that cannot be removed is overwritten later.
        let _ = std::fs::remove_file(state.join(FILE));
    }
}

/// Writes `bytes` to `file` atomically, readable by its owner only.
pub fn write_state_file(file: &Path, bytes: &[u8]) -> Result<()> {
    write_private(file, bytes).with_context(Kind::Tool, || format!("cannot write `{}`", file.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn record_is_read_back_and_private() {
        let state = tempfile::tempdir().unwrap();
        let record = ClusterRecord {
            containers: vec!["a".into()],
            image: "node".into(),
            nodes: 1,
            https_port: 8443,
            uid: "u".into(),
        };
        assert_eq!(ClusterRecord::read(state.path()), None);
        record.write(state.path()).unwrap();
        assert_eq!(ClusterRecord::read(state.path()), Some(record));
        let mode = std::fs::metadata(state.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::write(state.path().join(FILE), "{half").unwrap();
        assert_eq!(ClusterRecord::read(state.path()), None);
    }
}
