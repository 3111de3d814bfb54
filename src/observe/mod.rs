//! Observes an environment: its typed status, its acceptance checks, and the wait until it has no problem.
//!
//! The JSON form of the status is published in `docs/schemas/status.v2.json`.

mod acceptance;
mod advice;
mod collect;
mod problems;
mod status;
mod trend;
mod verify;

pub use acceptance::{Acceptance, Check, accept, health};
pub use collect::{Observer, status};
pub use status::{Artifact, Endpoints, EnvironmentStatus, Problem, VERSION};
pub use trend::{Rate, Trend};
pub use verify::verify;
