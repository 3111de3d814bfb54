//! Parity: two environments differ only in reviewed variables and in the manifest fields these variables fill in.

mod allowed;
mod check;
mod evaluate;
mod explain;

pub use allowed::{Allowed, Difference, FILE};
pub use check::{Checker, ParityReport, build, check, manifests};
pub use evaluate::{AllowedDifference, Facts, Parity, StaleEntry, Unexplained, VERSION, evaluate};
pub use explain::{Explained, Manifests, explain};
