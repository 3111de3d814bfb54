//! Supply `pull`: copies official images by digest into the local registry, whole or not at all.

mod blob;
mod copy;
mod reach;
mod reference;

pub(crate) use blob::fetch as fetch_blob;
pub use copy::{Copied, Copier};
pub use reach::{Reach, look};
pub use reference::Official;
