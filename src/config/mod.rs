//! Settings: the only reader of `envs/*.toml`, `infra/*.toml`, `infra/scaleway/envs/*` and the process environment.

mod cloud;
mod cluster;
mod credentials;
mod env;
pub mod infra;
mod live;
mod places;
mod promotion;
mod read;
mod rehearsal;
mod scaleway;
mod variables;

pub use cloud::{CloudKeys, Secret};
pub use cluster::{ClusterSpec, EngineKind};
pub use credentials::{Credentials, registry_credentials};
pub use env::{Environment, FleetSpec, Ports};
pub use infra::Infra;
pub use places::{Places, Project, cargo_home, home_and_java};
pub use promotion::Promotion;
pub use read::{nearest, read_toml};
pub use rehearsal::DIFFERENCES as REHEARSAL_DIFFERENCES;
pub use scaleway::{Infrastructure, MODULES};
pub use variables::{Gateway, Issuer, Variables, is_plain};
