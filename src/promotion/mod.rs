//! Moves a proved digest from one environment to the next: gates, a commit that says so, a watch, and the way back.

pub mod drive;
mod figures;
pub mod forge;
pub mod gate;
pub mod git;
pub mod history;
pub mod ledger;
pub mod lock;
pub mod report;
pub mod sql;
pub mod target;
pub mod verify;

pub use drive::{Driver, Ended, Facts, Order, Pace, Rules, Soak, Witness, go_back_to, trusted, until_soaked};
pub use figures::CanaryFigures;
pub use ledger::Ledger;
pub use lock::EnvLock;
pub use target::{Content, Copied, Part, State, Target, Trial};
