//! Supply `pull`: copies official images by digest into the local registry, and downloads programs by digest.

mod copy;
mod download;
mod fallback;
mod index;
mod reachability;
mod tools;

pub use copy::{Copied, Copier};
pub use download::{Download, digest_of_file, mirrored};
pub(super) use fallback::Fallbacks;
pub use index::Index;
pub use reachability::Reachability;
#[cfg(test)]
pub(super) use reachability::tests;
pub(super) use tools::tools;
