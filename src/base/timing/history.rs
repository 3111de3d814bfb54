//! Stores the last runs of an environment in the cache, so that the estimates of the next `dev` survive `down`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Run;
use crate::base::{
    atomic_file::{self, PRIVATE},
    failure::{Context, Kind, Result},
};

/// The number of runs that are kept.
const KEPT: usize = 20;
const VERSION: u32 = 1;

/// The runs of all environments of one name.
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
    /// Reads the runs of `environment` below `cache`; empty if the file is missing, invalid or of another
    /// version.
    pub fn read(cache: &Path, environment: &str) -> Self {
        let text = std::fs::read_to_string(file(cache, environment)).unwrap_or_default();
        serde_json::from_str(&text).ok().filter(|read: &Self| read.version == VERSION).unwrap_or_default()
    }

    /// Adds `run` to the stored runs and drops the oldest ones.
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

    fn write(&self, file: &Path) -> Result<()> {
        let written = atomic_file::write_with(file, PRIVATE, |out| Ok(serde_json::to_writer(out, self)?));
        written.with_context(Kind::Tool, || format!("write `{}`", file.display()))
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
    fn last_runs_are_kept_and_found_by_instance() {
        let cache = tempfile::tempdir().unwrap();
        for number in 0..25 {
            let instance = if number == 24 { "other" } else { "local" };
            History::add(cache.path(), "local", run(instance, number)).unwrap();
        }
        let history = History::read(cache.path(), "local");
        assert_eq!(history.runs.len(), KEPT);
        assert_eq!(history.runs[0].elapsed_ms, 5);
        assert_eq!(history.last("local").unwrap().elapsed_ms, 23);
        assert_eq!(history.last("unknown"), None);
    }

    #[test]
    fn invalid_file_is_ignored_and_replaced() {
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
