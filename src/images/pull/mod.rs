//! Supply `pull`: copies official images by digest into the local registry.

mod copy;
mod reachability;

pub use copy::{Copied, Copier};
pub use reachability::{Reachability, check_reachability};
