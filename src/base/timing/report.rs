//! The timing report: the last run compared with the earlier successful runs. Pure.

use serde_json::{Value, json};

use super::{History, Run, StepTime, critical_path, median};

/// The version of the JSON form.
const VERSION: u32 = 2;

/// The last run of an instance with the earlier successful runs of the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimingReport<'a> {
    /// The last run.
    pub last: &'a Run,
    /// The earlier successful runs.
    pub earlier: Vec<&'a Run>,
}

impl<'a> TimingReport<'a> {
    /// Returns the report of `instance`; `None` without a run.
    pub fn of(history: &'a History, instance: &str) -> Option<Self> {
        let last = history.last(instance)?;
        Some(Self { last, earlier: history.runs.iter().filter(|run| *run != last && run.is_ok()).collect() })
    }

    /// Returns the steps that determined how long the last run took, in order.
    pub fn critical_path(&self) -> Vec<&'a StepTime> {
        critical_path(&self.last.steps)
    }

    /// Returns the median time of the step in earlier runs in which it ended the same way, in milliseconds.
    pub fn median_of(&self, step: &StepTime) -> Option<u64> {
        let earlier = self.earlier.iter().filter_map(|run| run.step(&step.step));
        median(earlier.filter(|earlier| earlier.ending == step.ending).filter_map(StepTime::elapsed_ms))
    }

    /// Returns the JSON form, described by `docs/schemas/timing.v2.json`.
    pub fn to_json(&self) -> Value {
        let of_step = |step: &StepTime| {
            json!({"step": step.step, "title": step.title, "part_of": step.part_of, "after": step.after,
                "started_ms": step.begun_ms, "elapsed_ms": step.elapsed_ms(), "outcome": step.ending,
                "median_ms": self.median_of(step)})
        };
        let last = self.last;
        json!({
            "version": VERSION,
            "instance": last.instance,
            "started_at": last.begun_at.to_string(),
            "verdict": last.verdict,
            "elapsed_ms": last.elapsed_ms,
            "median_ms": median(self.earlier.iter().map(|run| run.elapsed_ms)),
            "earlier_runs": self.earlier.len(),
            "critical_path": self.critical_path().into_iter().map(of_step).collect::<Value>(),
            "steps": last.steps.iter().map(of_step).collect::<Value>(),
        })
    }
}
