//! The pause record, written before anything of an environment is stopped.

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::cluster_record::write_state_file;
use crate::base::{
    digest::Digest,
    failure::{Context, Kind, Result},
};

const FILE: &str = "paused.json";

/// A requested pause. If a node runs, the pause was interrupted or the node was started by other means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PauseRecord {
    /// The time of the request.
    pub since: Timestamp,
    /// The digest that the cluster ran; `None` if it did not respond.
    pub digest: Option<Digest>,
}

impl PauseRecord {
    /// Reads the record in `state`; an unreadable one counts as absent.
    pub fn read(state: &Path) -> Option<Self> {
        serde_json::from_str(&std::fs::read_to_string(state.join(FILE)).ok()?).ok()
    }

    /// Writes the record to `state` atomically.
    pub fn write(&self, state: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self).context(Kind::Internal, "encode the pause record")?;
        write_state_file(&state.join(FILE), text.as_bytes())
    }

    /// Removes the record in `state`.
    pub fn forget(state: &Path) {
        // A record that cannot be removed is ignored while the nodes run.
        let _ = std::fs::remove_file(state.join(FILE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::digest;

    #[test]
    fn record_is_read_back_until_it_is_removed() {
        let state = tempfile::tempdir().unwrap();
        let record =
            PauseRecord { since: "2026-11-21T10:00:00Z".parse().unwrap(), digest: Some(digest('a')) };
        assert_eq!(PauseRecord::read(state.path()), None);
        record.write(state.path()).unwrap();
        assert_eq!(PauseRecord::read(state.path()), Some(record));
        std::fs::write(state.path().join(FILE), "{half").unwrap();
        assert_eq!(PauseRecord::read(state.path()), None);
        PauseRecord::forget(state.path());
        PauseRecord::forget(state.path());
        assert!(!state.path().join(FILE).exists());
    }
}
