//! Settings: the only reader of `envs/*.toml`, `infra/*.toml` and the process environment.

mod env;
pub mod infra;
mod live;
mod places;
mod read;
mod variables;

pub use env::{ClusterSpec, Environment, FleetSpec, Ports};
pub use infra::Infra;
pub use places::{Places, Project, cargo_home, home_and_java};
pub use read::{nearest, read_toml};
pub use variables::{Issuer, Variables};
