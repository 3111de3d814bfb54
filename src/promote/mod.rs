//! Moves a proved digest from one environment to the next: gates, a commit that says so, a watch, and the way back.

mod figures;
pub mod lock;
pub mod sql;
pub mod target;
pub mod verify;

pub use figures::CanaryFigures;
pub use lock::EnvLock;
pub use target::{Content, Copied, Part, State, Target};
