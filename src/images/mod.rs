//! Makes every image and every upstream manifest available, pinned by digest, from one of two supplies: pull or build.

mod ages;
mod build;
mod built;
mod context;
mod crates;
mod ensure;
#[cfg(test)]
pub(crate) mod fake;
mod inputs;
mod job;
mod lock;
pub mod manifests;
mod meter;
pub mod oci;
mod programs;
pub mod prune;
mod publish;
pub mod pull;
mod pulled;
mod rebuild;
mod schedule;
mod store;
mod verify;
mod workbench;

pub use context::{Mode, Scope, SupplyContext, locked, manifests_folder};
pub use ensure::ensure;
pub use lock::{LOCK_VERSION, Lock, LockedImage, LockedManifest, LockedTool, Origin, Provenance};
pub use programs::{Program, program, programs};
pub use rebuild::rebuild;
pub use verify::{verify, verify_image};
pub use workbench::Workbench;
