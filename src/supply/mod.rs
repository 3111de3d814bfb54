mod lock;

pub use lock::{LOCK_VERSION, Lock, LockedImage, LockedManifest, LockedTool, Origin, Provenance};
