//! Reads the acknowledgement logs of earlier starts.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use jiff::Timestamp;

use super::entry;

/// The state of earlier starts that a new start needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// The number of the last start; 0 before the first.
    pub last_boot_id: i64,
    /// The time of the newest acknowledged reading of each buoy.
    pub newest: HashMap<String, Timestamp>,
}

impl History {
    /// Reads all files in the directory.
    pub fn read(directory: &Path) -> io::Result<Self> {
        let mut history = Self::default();
        for found in std::fs::read_dir(directory)? {
            let found = found?;
            if let Some(boot_id) = found.file_name().to_str().and_then(super::boot_id) {
                history.last_boot_id = history.last_boot_id.max(boot_id);
                history.add(&found.path())?;
            }
        }
        Ok(history)
    }

    fn add(&mut self, file: &Path) -> io::Result<()> {
        let entries = entry::parse(&std::fs::read_to_string(file)?).map_err(|(line, error)| {
            io::Error::new(io::ErrorKind::InvalidData, format!("{}:{line}: {error}", file.display()))
        })?;
        for entry in entries {
            let newest = self.newest.entry(entry.buoy).or_insert(entry.observed_at);
            *newest = entry.observed_at.max(*newest);
        }
        Ok(())
    }
}
