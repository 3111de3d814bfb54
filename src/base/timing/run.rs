//! One run with the times of its steps, in milliseconds since the run began.

use serde::{Deserialize, Serialize};

use crate::base::event::Outcome;

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// It did its work.
    Done,
    /// There was nothing to do.
    Unchanged,
    /// It ended without its result.
    Failed,
}

impl From<&Outcome> for Ending {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Done(_) => Self::Done,
            Outcome::Unchanged(_) => Self::Unchanged,
            Outcome::Failed(_) => Self::Failed,
        }
    }
}

/// The times of a step, or of one part of a step that waits for several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTime {
    /// The stable name; of a part, `<step>/<part>`.
    pub step: String,
    /// The title for users.
    pub title: String,
    /// When it began; of a part, when its last dependency was ready.
    pub begun_ms: u64,
    /// When it ended; absent while it runs.
    pub ended_ms: Option<u64>,
    /// How it ended; absent while it runs.
    pub ending: Option<Ending>,
    /// The parts that it depends on, if they are known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    /// The step that it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<String>,
}

impl StepTime {
    /// The duration; absent while it runs.
    pub fn elapsed_ms(&self) -> Option<u64> {
        Some(self.ended_ms?.saturating_sub(self.begun_ms))
    }
}

/// A run of `dev`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// When it began, RFC 3339 in UTC.
    pub begun_at: jiff::Timestamp,
    /// The instance: clones of one project share the environment's name, but not the instance.
    pub instance: String,
    /// `ok`, or the name of the failure's kind.
    pub verdict: String,
    /// The total duration.
    pub elapsed_ms: u64,
    /// The titles of its plan; empty if it ended before it had one.
    #[serde(default)]
    pub plan: Vec<String>,
    /// Its steps, in the order of their start.
    pub steps: Vec<StepTime>,
}

/// The verdict of a successful run.
pub(super) const OK: &str = "ok";

impl Run {
    /// The verdict of a run with this result.
    pub fn verdict_of<T>(result: &crate::base::failure::Result<T>) -> String {
        result.as_ref().map_or_else(|failure| failure.kind.name(), |_| OK).to_owned()
    }

    /// Whether it succeeded.
    pub fn is_ok(&self) -> bool {
        self.verdict == OK
    }

    /// Returns the step `name`.
    pub fn step(&self, name: &str) -> Option<&StepTime> {
        self.steps.iter().find(|step| step.step == name)
    }
}

/// The median of `values`; of an even number, the lower middle value. `None` without values.
pub fn median(values: impl IntoIterator<Item = u64>) -> Option<u64> {
    let mut values: Vec<u64> = values.into_iter().collect();
    values.sort_unstable();
    values.get(values.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_is_one_of_the_values() {
        assert_eq!(median([]), None);
        assert_eq!(median([9, 1, 5]), Some(5));
        assert_eq!(median([1, 9]), Some(1));
    }
}
