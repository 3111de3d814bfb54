//! Supplies every image and every upstream manifest, pinned by digest. There are two supplies: pull and build.

mod build;
mod build_supply;
pub mod cache;
mod context;
mod crates;
mod ensure;
mod incremental;
mod inputs;
mod job;
mod lock;
pub mod manifests;
pub mod pin;
mod planned;
mod platforms;
mod programs;
mod progress;
pub mod prune;
pub mod pull;
mod pull_supply;
mod push;
mod rebuild;
mod refreshes;
mod schedule;
mod store;
mod verify;

pub use context::{Mode, Scope, SupplyContext, locked, manifests_folder};
pub use ensure::ensure;
pub use incremental::IncrementalBuilder;
pub use lock::{LOCK_VERSION, Lock, LockedImage, LockedManifest, LockedTool, Origin, Provenance};
pub use planned::planned;
pub use platforms::Platforms;
pub use programs::{Program, find_program, program, program_path, programs};
pub use rebuild::rebuild;
pub use verify::{verify, verify_image};
