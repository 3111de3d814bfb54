//! How often a job was made again although its recipe stayed: Debian's packages change without us, so a root gets a new
//! key, and what is made of the older one stays usable.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Ages by job; a job that is not named was never made again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ages(BTreeMap<String, u32>);

impl Ages {
    /// What the age of `job` adds to its key; nothing for one that was never made again.
    pub fn mark(&self, job: &str) -> String {
        self.0.get(job).map_or_else(String::new, |age| format!(" again {age}"))
    }

    /// Makes each of `jobs` one older.
    pub fn next<'a>(&mut self, jobs: impl Iterator<Item = &'a str>) {
        jobs.for_each(|job| *self.0.entry(job.to_owned()).or_default() += 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_made_again_is_marked() {
        let mut ages = Ages::default();
        ages.next(["root.shell"].into_iter());
        let once = ages.mark("root.shell");
        ages.next(["root.shell"].into_iter());
        assert!(!once.is_empty() && once != ages.mark("root.shell"));
        assert_eq!(ages.mark("root.node"), "");
    }
}
