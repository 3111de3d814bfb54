//! Hands the artifact to Flux and follows its phases until they are ready at that digest.

mod blocker;
mod bootstrap;
mod follow;
mod objects;
mod source;
mod state;
mod verdict;

pub use bootstrap::{BootstrapInput, bootstrap};
pub use follow::{Follow, follow, poke};
pub use state::{PHASES, Phase, PhaseState, ROOT, states};
