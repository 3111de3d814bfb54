//! Read-only probes of what runs: the Deployments, the database, the gateway, the fleet.

mod access;
mod database;
mod deployments;
mod fleet;
mod gateway;
mod ready;
mod rollout;
mod secrets;

pub use access::{DatabaseAccess, reach_database};
pub use database::{DatabaseHealth, Instance, database};
pub use deployments::{Workload, deployments};
pub use fleet::{FleetCounts, FleetHealth, arrived, fleet};
pub use gateway::{GatewayHealth, Public, Summary, address};
pub use ready::{Credentials, credentials, flowing, serving};
pub use rollout::rolled_out;
pub use secrets::{authority, enrolment_key};
