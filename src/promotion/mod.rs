//! Moves a proved digest from one environment to the next: gates, a commit that says so, a watch, and the way back.

pub mod driver;
pub mod environment;
mod figures;
pub mod gates;
pub mod migrations;
pub mod report;
pub mod store;
pub mod verdict;

pub use driver::{
    Driver, Ended, EvidenceSource, Facts, Order, Pace, Rules, Soak, go_back_to, trusted, until_soaked,
};
pub use environment::target::{Content, Copied, Part, State, Target, Trial};
pub use figures::ProbeStats;
pub use store::{EnvLock, PromotionStore};
