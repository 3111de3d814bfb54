//! Read-only probes of what runs: the database, the gateway, the fleet.

mod database;
mod fleet;
mod gateway;
mod ready;
mod secrets;

pub use database::{DatabaseHealth, Instance, database};
pub use fleet::{FleetHealth, fleet};
pub use gateway::{GatewayHealth, Public, Summary, address};
pub use ready::{Credentials, credentials, flowing, serving};
pub use secrets::{authority, enrolment_key};
