//! The last runs of an environment, kept in the cache: they outlive `down`, for the next `dev` wants to know them.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::Run;
use crate::base::failure::{Context, Kind, Result};

/// How many runs are kept.
const KEPT: usize = 20;
const VERSION: u32 = 1;

/// The runs of the environments of one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    version: u32,
    /// The runs, oldest first.
    pub runs: Vec<Run>,
}

impl Default for History {
    fn default() -> Self {
        Self { version: VERSION, runs: Vec::new() }
    }
}

impl History {
    /// Reads the runs of `environment` below `cache`; what is absent, broken or of another format is no history.
    pub fn read(cache: &Path, environment: &str) -> Self {
        let text = std::fs::read_to_string(file(cache, environment)).unwrap_or_default();
        serde_json::from_str(&text).ok().filter(|read: &Self| read.version == VERSION).unwrap_or_default()
    }

    /// Adds `run` to what is written down, and forgets the oldest ones.
    pub fn add(cache: &Path, environment: &str, run: Run) -> Result<()> {
        let mut history = Self::read(cache, environment);
        history.runs.push(run);
        history.runs.drain(..history.runs.len().saturating_sub(KEPT));
        history.write(&file(cache, environment))
    }

    /// The last run on `instance`.
    pub fn last(&self, instance: &str) -> Option<&Run> {
        self.runs.iter().rfind(|run| run.instance == instance)
    }

    /// Written whole or not at all, readable by its owner only.
    fn write(&self, file: &Path) -> Result<()> {
        let write = || -> std::io::Result<()> {
            let folder = file.parent().unwrap_or(Path::new("."));
            std::fs::create_dir_all(folder)?;
            let mut new = tempfile::NamedTempFile::new_in(folder)?;
            serde_json::to_writer(&mut new, self)?;
            new.flush()?;
            new.persist(file)?;
            Ok(())
        };
        write().with_context(Kind::Tool, || format!("write `{}`", file.display()))
    }
}

fn file(cache: &Path, environment: &str) -> PathBuf {
    cache.join("timings").join(format!("{environment}.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(instance: &str, elapsed_ms: u64) -> Run {
        Run {
            begun_at: jiff::Timestamp::UNIX_EPOCH,
            instance: instance.into(),
            verdict: "ok".into(),
            elapsed_ms,
            plan: vec!["create the cluster".into()],
            steps: Vec::new(),
        }
    }

    #[test]
    fn the_last_runs_are_kept_and_told_by_instance() {
        let cache = tempfile::tempdir().unwrap();
        for number in 0..25 {
            let instance = if number == 24 { "other" } else { "local" };
            History::add(cache.path(), "local", run(instance, number)).unwrap();
        }
        let history = History::read(cache.path(), "local");
        assert_eq!((history.runs.len(), history.runs[0].elapsed_ms), (KEPT, 5));
        assert_eq!(history.last("local").unwrap().elapsed_ms, 23);
        assert_eq!(history.last("nobody"), None);
    }

    #[test]
    fn a_broken_file_is_no_history_and_is_replaced() {
        let cache = tempfile::tempdir().unwrap();
        let path = file(cache.path(), "local");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        for text in ["{half", r#"{"version": 9, "runs": []}"#] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(History::read(cache.path(), "local"), History::default());
        }
        History::add(cache.path(), "local", run("local", 1)).unwrap();
        assert_eq!(History::read(cache.path(), "local").runs.len(), 1);
    }
}
