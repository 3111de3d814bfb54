//! Makes every image and every upstream manifest available, pinned by digest, from one of two supplies: pull or build.

mod lock;
pub mod oci;

pub use lock::{LOCK_VERSION, Lock, LockedImage, LockedManifest, LockedTool, Origin, Provenance};
