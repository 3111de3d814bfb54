//! Decides what `dev` does: a pure function of the desired and the observed state.

mod build;
mod observed;
mod step;

pub use build::{Desired, build};
pub use observed::{Cluster, Fleet, Flux, Observed};
pub use step::{Plan, Reconcile, Step};
