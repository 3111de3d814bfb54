//! Hands the artifact to Flux and follows its phases until they are ready at that digest.

mod blocker;
mod bootstrap;
mod bring;
mod canary;
mod deliver;
mod follow;
mod installed;
mod objects;
mod source;
mod state;
mod verdict;

pub use bootstrap::{BootstrapDiff, BootstrapInput, bootstrap};
pub use bring::{Bring, bring};
pub use canary::{Trial, take_away, trial, try_out};
pub use deliver::{WaitFor, apply_settings, deliver, wait_for};
pub use follow::{
    Follow, follow, followed, kustomizations, request_reconcile, request_reconcile_all, terminal_error,
};
pub use installed::{Installed, installed};
pub use state::{PHASES, Phase, PhaseState, ROOT, states};
