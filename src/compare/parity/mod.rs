//! Parity: two environments differ only in reviewed variables and the manifest fields that contain them.

mod allowed;
mod check;
mod evaluate;
mod explain;

pub use allowed::{Allowed, Difference, FILE};
pub use check::{Checker, ParityReport, build, check, manifests};
pub use evaluate::{AllowedDifference, Facts, Parity, StaleEntry, Unexplained, VERSION, evaluate};
pub use explain::{Explained, Manifests, explain};
