//! One run: its steps with their times. Times are milliseconds since the run began.

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
    /// It did not reach its goal.
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

/// A step, or one part of a step that waits for several, in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTime {
    /// Its stable name; of a part, `<step>/<part>`.
    pub step: String,
    /// What it does, for people.
    pub title: String,
    /// When it began; of a part, when the last thing it waits for was ready.
    pub begun_ms: u64,
    /// When it ended; absent while it runs.
    pub ended_ms: Option<u64>,
    /// How it ended; absent while it runs.
    pub ending: Option<Ending>,
    /// The parts that it cannot begin before, where that is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    /// The step it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<String>,
}

impl StepTime {
    /// How long it took; absent while it runs.
    pub fn elapsed_ms(&self) -> Option<u64> {
        Some(self.ended_ms?.saturating_sub(self.begun_ms))
    }
}

/// A run of `dev`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// When it began, RFC 3339 in UTC.
    pub begun_at: jiff::Timestamp,
    /// The instance it worked on: clones of one project share the environment's name, not this.
    pub instance: String,
    /// `ok`, or the name of the failure's kind.
    pub verdict: String,
    /// How long it took in all.
    pub elapsed_ms: u64,
    /// The steps of its plan, for people; empty where it did not come so far.
    #[serde(default)]
    pub plan: Vec<String>,
    /// Its steps, in the order of their beginnings.
    pub steps: Vec<StepTime>,
}

/// The verdict of a run that reached its goal.
pub(super) const OK: &str = "ok";

impl Run {
    /// The verdict of a run that ended so.
    pub fn verdict_of<T>(result: &crate::base::failure::Result<T>) -> String {
        result.as_ref().map_or_else(|failure| failure.kind.name(), |_| OK).to_owned()
    }

    /// Whether it reached its goal.
    pub fn is_ok(&self) -> bool {
        self.verdict == OK
    }

    /// The step called `name`.
    pub fn step(&self, name: &str) -> Option<&StepTime> {
        self.steps.iter().find(|step| step.step == name)
    }
}

/// The middle of `values`; of an even number, the lower one of the two. `None` without any.
pub fn median(values: impl IntoIterator<Item = u64>) -> Option<u64> {
    let mut values: Vec<u64> = values.into_iter().collect();
    values.sort_unstable();
    values.get(values.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_a_value_that_was_measured() {
        assert_eq!(median([]), None);
        assert_eq!(median([9, 1, 5]), Some(5));
        assert_eq!(median([1, 9]), Some(1));
    }
}
