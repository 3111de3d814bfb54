//! Sees what a person changes in the checkout, and tells what that is a change of.
//!
//! [`classify`] and [`Changes`] are pure. [`Watcher`] is the edge: the only user of the file system's notifications.

mod changes;
mod classify;
mod ignored;
mod watcher;

pub use changes::{Changes, Workload};
pub use classify::classify;
pub use ignored::Ignored;
pub use watcher::Watcher;
