//! Promotes a verified digest to the next environment: gates, copy, commit, deploy, watch, record, rollback.
//!
//! `driver`, `gates`, `migrations`, `report`, `target` and `verdict` decide and use no cluster, registry or
//! network.
//! `context`, `environment`, `evidence`, `rehearse` and `store` do the input and output for them.

mod context;
pub mod driver;
pub mod environment;
mod evidence;
pub mod gates;
pub mod migrations;
mod probe_stats;
mod promote;
mod rehearse;
pub mod report;
mod rollback;
pub mod store;
mod target;
pub mod verdict;

pub use context::Access;
pub use driver::{
    Driver, Ended, Evidence, EvidenceSource, NoEvidence, Order, Pace, Rules, Soak, rollback_target,
    verify_history, wait_for_soak,
};
pub use probe_stats::ProbeStats;
pub use promote::{PromoteInput, promote};
pub use rollback::{RollbackInput, rollback};
pub use store::{EnvLock, PromotionStore};
pub use target::{CanaryState, Content, Copied, ObservedEnvironment, Part, State, Target};
