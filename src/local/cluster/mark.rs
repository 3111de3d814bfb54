//! What is written down when an environment is paused, before anything of it stops.

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::atomic_file::replace_private;
use crate::base::failure::{Context, Kind, Result};

const FILE: &str = "paused.json";

/// Somebody asked for a pause. While a node runs, it is not one: then the pause was cut short, or a node was started by
/// other means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// When.
    pub since: Timestamp,
    /// The artifact that the cluster was told to run; absent where it could not be asked.
    pub digest: Option<String>,
}

impl Mark {
    /// Reads the mark in `state`; what cannot be read counts as absent.
    pub fn read(state: &Path) -> Option<Self> {
        serde_json::from_str(&std::fs::read_to_string(state.join(FILE)).ok()?).ok()
    }

    /// Writes the mark into `state`, whole or not at all.
    pub fn write(&self, state: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self).context(Kind::Internal, "write down the pause")?;
        replace_private(&state.join(FILE), text.as_bytes())
    }

    /// Forgets the pause in `state`.
    pub fn forget(state: &Path) {
        // An absent mark means the same as a removed one, and while the nodes run nobody asks for it.
        let _ = std::fs::remove_file(state.join(FILE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_survives_until_it_is_forgotten() {
        let state = tempfile::tempdir().unwrap();
        let mark = Mark { since: "2026-11-21T10:00:00Z".parse().unwrap(), digest: Some("sha256:aa".into()) };
        assert_eq!(Mark::read(state.path()), None);
        mark.write(state.path()).unwrap();
        assert_eq!(Mark::read(state.path()), Some(mark));
        std::fs::write(state.path().join(FILE), "{half").unwrap();
        assert_eq!(Mark::read(state.path()), None);
        Mark::forget(state.path());
        Mark::forget(state.path());
        assert!(!state.path().join(FILE).exists());
    }
}
