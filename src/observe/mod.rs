//! One typed snapshot of an environment: the truth behind `status`, `--json` and the summary of `dev`.
//!
//! Its JSON form is published in `docs/schemas/status.v1.json`.

mod accept;
mod problems;
mod prove;
mod snapshot;
mod take;
mod trend;

pub use accept::{Check, Subject, accept, health};
pub use prove::prove;
pub use snapshot::{Artifact, Endpoints, Problem, Snapshot, VERSION};
pub use take::{Observer, snapshot};
pub use trend::Trend;
