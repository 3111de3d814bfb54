//! Read-only probes of the workloads: Deployments, database, gateway, fleet.

mod access;
mod database;
mod deployments;
mod fleet;
mod gateway;
mod readings;
mod rollout;
mod schema;
mod secrets;
mod waits;

pub use access::{DatabaseAccess, forward_database};
pub use database::{DatabaseHealth, Instance, SqlAnswer, database, psql};
pub use deployments::{Workload, deployments};
pub use fleet::{FleetCounts, FleetHealth, fleet, fleet_from_summary};
pub use gateway::{ApiProblem, GatewayHealth, PublicEndpoint, Summary, public_url};
pub use readings::{ReadingsOfDay, read_readings, readings, readings_query};
pub use rollout::wait_for_rollout;
pub use schema::{Schema, schemas};
pub use secrets::{authority, enrolment_key};
pub use waits::{Credentials, wait_for_api, wait_for_credentials, wait_for_readings};
