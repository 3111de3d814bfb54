//! Settings: the only reader of `envs/*.toml`, `infra/*.toml`, `infra/scaleway/envs/*` and the process environment.

mod credentials;
mod env;
pub mod infra;
mod live;
mod places;
mod read;
mod scaleway;
mod variables;

pub use credentials::{Credentials, Secret, age_key_file};
pub use env::{ClusterSpec, Environment, FleetSpec, Ports};
pub use infra::Infra;
pub use places::{Places, Project, cargo_home, home_and_java};
pub use read::{nearest, read_toml};
pub use scaleway::{Infrastructure, MODULES};
pub use variables::{Issuer, Variables};
