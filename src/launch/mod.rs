//! Brings up local environments: plans, executes, watches, pauses, resumes, and runs `ci`.

pub mod bring_up;
pub mod ci;
mod controller_leases;
mod endpoint;
pub mod execute;
pub mod guards;
pub mod inputs;
mod locate;
pub mod pause;
pub mod plan;
mod restarted_pods;
pub mod resume;
pub mod run_record;
mod schema;
pub mod watch;
