//! Deploys artifacts through Flux and follows the phases until they are ready at the digest.

mod blocker;
mod bootstrap;
mod bootstrap_input;
mod canary;
mod dependencies;
mod deploy;
#[cfg(test)]
mod example;
mod follow;
mod installed;
mod judge;
mod objects;
mod reported_error;
mod source;
mod state;
mod tree;
mod trouble;
mod update;

pub use bootstrap::bootstrap;
pub use bootstrap_input::BootstrapInput;
pub use canary::{CanaryState, apply_canary, canary_state, remove_canary};
pub use deploy::{DeployInput, deploy};
pub use follow::{
    Follow, current_digest, follow, kustomizations, request_reconcile, request_reconcile_all, runs,
    states_with_blockers, terminal_error,
};
pub use installed::{Installed, installed};
pub use objects::{AGE_FILE, AGE_SECRET};
pub use state::{PhaseState, states};
pub use tree::ROOT;
pub use trouble::in_one_line;
pub use update::{WaitFor, apply_settings, is_unverified, mark_verified, update_source, wait_for};
