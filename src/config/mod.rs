//! Settings: the only reader of `envs/*.toml`, `infra/*.toml`, `infra/scaleway/*` and the process environment.

mod cloud;
mod cluster;
mod credentials;
mod env_file;
mod env_name;
mod environment;
mod fixed_settings;
mod forge;
mod host_dirs;
pub mod infra;
mod prices;
mod promotion;
mod rehearsal;
mod scaleway;
mod settings_file;
mod signing;
mod text;
mod variables;

pub use cloud::{CloudKeys, Secret};
pub use cluster::{ClusterSpec, EngineKind};
pub use credentials::{Credentials, registry_credentials};
use env_file::names_in;
pub use env_file::{EnvFile, names};
pub use env_name::{EnvName, or_empty as env_name_or_empty};
pub use environment::{Environment, FleetSpec, Ports};
pub use forge::{Forge, ForgeKind, Token};
pub use host_dirs::{HostDirs, Project, cargo_home, home_and_java};
pub use infra::Infra;
pub use prices::{Confidence, NodeOverhead, Price, Prices};
pub use promotion::Promotion;
pub use rehearsal::DIFFERENCES as REHEARSAL_DIFFERENCES;
pub use scaleway::{Infrastructure, MODULES};
pub use settings_file::{SettingsFile, nearest, read_toml};
pub use signing::signing_key;
pub use text::text_of;
pub use variables::{Gateway, Issuer, Variables, is_plain};
