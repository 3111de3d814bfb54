//! Durations: records the steps of a run, stores the last runs, finds the critical path and estimates the
//! remaining time.

mod critical_path;
mod estimate;
mod history;
mod report;
mod run;
mod step_times;

pub use critical_path::critical_path;
pub use estimate::remaining;
pub use history::History;
pub use report::TimingReport;
pub use run::{Ending, Run, StepTime, median};
pub use step_times::{Recorder, StepTimes};
