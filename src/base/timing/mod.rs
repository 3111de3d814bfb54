//! How long things take: notes the steps of a run, keeps the last runs, finds the critical chain and what is left.

mod chain;
mod estimate;
mod history;
mod notes;
mod report;
mod run;

pub use chain::chain;
pub use estimate::left;
pub use history::History;
pub use notes::{Notes, Recorder};
pub use report::TimingReport;
pub use run::{Ending, Run, StepTime, median};
