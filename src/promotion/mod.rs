//! Promotes a verified digest to the next environment: gates, copy, commit, deploy, watch, record, rollback.
//!
//! `driver`, `gates`, `migrations`, `readings`, `report`, `target`, `trial` and `verdict` contain the decisions and use no cluster,
//! registry or network. `context`, `environment`, `evidence`, `rehearse` and `store` do their input and output.

mod context;
mod digest_prefix;
pub mod driver;
pub mod environment;
mod evidence;
pub mod gates;
pub mod migrations;
pub mod probe_stats;
mod promote;
pub mod readings;
mod rehearse;
pub mod report;
mod rollback;
pub mod store;
pub mod target;
pub mod trial;
pub mod verdict;

pub use context::Access;
pub use digest_prefix::DigestPrefix;
pub use promote::{PromoteInput, promote};
pub use rollback::{RollbackInput, rollback};
