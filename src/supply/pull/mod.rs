//! Supply `pull`: copies official images by digest into the local registry, whole or not at all.

mod blob;
mod copy;
mod reference;
mod reach;

pub use copy::{Copier, Copied};
pub use reach::{Reach, look};
pub use reference::Official;
