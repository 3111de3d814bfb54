//! Makes every image and every upstream manifest available, pinned by digest, from one of two supplies: pull or build.

mod build;
mod built;
mod context;
mod ensure;
mod inputs;
mod job;
mod lock;
pub mod manifests;
mod meter;
pub mod oci;
mod publish;
pub mod pull;
mod pulled;
pub mod registry;
mod schedule;
mod store;
mod verify;
mod workbench;

pub use context::{Mode, Scope, SupplyContext, locked, manifests_folder};
pub use ensure::ensure;
pub use lock::{LOCK_VERSION, Lock, LockedImage, LockedManifest, LockedTool, Origin, Provenance};
pub use registry::Registry;
pub use verify::{verify, verify_image};
pub use workbench::Workbench;
