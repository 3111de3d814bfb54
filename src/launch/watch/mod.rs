//! `dev --watch`: applies edits of the checkout to a running environment.
//!
//! [`classify`] and [`Changes`] are pure. [`Watcher`] is the only user of file system notifications.
//! [`Session`] keeps the state between two changes and applies them.

mod changes;
mod classify;
mod deploy;
mod environment;
mod ignored;
mod rebuild;
mod run;
mod session;
mod watcher;

pub use changes::{Changes, Workload};
pub use classify::classify;
pub use ignored::Ignored;
pub use run::run;
pub use session::Session;
pub use watcher::Watcher;
