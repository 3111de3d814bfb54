//! One typed snapshot of an environment: the truth behind `status`, `--json` and the summary of `dev`.
//!
//! Its JSON form is published in `docs/schemas/status.v1.json`.

mod problems;
mod prove;
#[cfg(test)]
pub(crate) mod schema;
mod snapshot;
mod take;

pub use prove::prove;
pub use snapshot::{Artifact, Endpoints, Problem, Snapshot};
pub use take::{Observer, snapshot};
