//! Counts how often a job was repeated with an unchanged recipe (`--refresh`): Debian's packages change
//! independently of the recipe. A root gets a new key, and results for the previous key stay usable.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The number of refreshes by job; a job that is absent was never refreshed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Refreshes(BTreeMap<String, u32>);

impl Refreshes {
    /// Returns the suffix of the key of `job` for its refreshes; empty if it was never refreshed.
    pub fn key_suffix(&self, job: &str) -> String {
        self.0.get(job).map_or_else(String::new, |count| format!(" again {count}"))
    }

    /// Increments the count of each of `jobs`.
    pub fn increment<'a>(&mut self, jobs: impl Iterator<Item = &'a str>) {
        jobs.for_each(|job| *self.0.entry(job.to_owned()).or_default() += 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_refreshed_jobs_get_a_suffix() {
        let mut refreshes = Refreshes::default();
        refreshes.increment(["root.shell"].into_iter());
        let once = refreshes.key_suffix("root.shell");
        refreshes.increment(["root.shell"].into_iter());
        assert!(!once.is_empty());
        assert_ne!(once, refreshes.key_suffix("root.shell"));
        assert_eq!(refreshes.key_suffix("root.node"), "");
    }
}
