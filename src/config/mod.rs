//! Settings: the only reader of `envs/*.toml`, `infra/*.toml`, `infra/scaleway/*` and the process environment.

mod cloud;
mod cluster;
mod credentials;
mod env;
mod forge;
mod host_dirs;
pub mod infra;
mod live;
mod prices;
mod promotion;
mod read;
mod rehearsal;
mod scaleway;
mod signing;
mod variables;
mod written;

pub use cloud::{CloudKeys, Secret};
pub use cluster::{ClusterSpec, EngineKind};
pub use credentials::{Credentials, registry_credentials};
pub use env::{Environment, FleetSpec, Ports};
pub use forge::{Forge, ForgeKind, Token};
pub use host_dirs::{HostDirs, Project, cargo_home, home_and_java};
pub use infra::Infra;
pub use prices::{Confidence, NodeOverhead, Price, Prices};
pub use promotion::Promotion;
pub use read::{Document, nearest, read_toml};
pub use rehearsal::DIFFERENCES as REHEARSAL_DIFFERENCES;
pub use scaleway::{Infrastructure, MODULES};
pub use signing::signing_key;
pub use variables::{Gateway, Issuer, Variables, is_plain};
use written::names_in;
pub use written::{Written, names};
