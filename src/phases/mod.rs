//! Deploys artifacts through Flux and follows the phases until they are ready at the digest.

mod blocker;
mod bootstrap;
mod bootstrap_input;
mod canary;
mod deploy;
mod follow;
mod installed;
mod objects;
mod reported_error;
mod source;
mod state;
mod update;

pub use bootstrap::bootstrap;
pub use bootstrap_input::BootstrapInput;
pub use canary::{CanaryState, apply_canary, canary_state, remove_canary};
pub use deploy::{DeployInput, deploy};
pub use follow::{
    Follow, current_digest, follow, kustomizations, request_reconcile, request_reconcile_all, terminal_error,
};
pub use installed::{Installed, installed};
pub use state::{PHASES, Phase, PhaseState, ROOT, states};
pub use update::{WaitFor, apply_settings, update_source, wait_for};
