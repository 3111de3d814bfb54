//! What `dev` will do: a pure function of what is wanted and what was seen.

mod build;
mod step;

pub use build::{Cluster, Desired, Fleet, Observed, build};
pub use step::{Plan, Step};
