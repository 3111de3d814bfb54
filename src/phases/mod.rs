//! Hands the artifact to Flux and follows its phases until they are ready at that digest.

mod blocker;
mod bootstrap;
mod bring;
mod deliver;
mod follow;
mod objects;
mod source;
mod state;
mod trial;
mod verdict;

pub use bootstrap::{BootstrapInput, Handed, bootstrap};
pub use bring::{Bring, bring};
pub use deliver::{Extent, deliver, reach, settle};
pub use follow::{Follow, follow, followed, hopelessness, kustomizations, poke, poke_all};
pub use state::{PHASES, Phase, PhaseState, ROOT, states};
pub use trial::{Trial, take_away, trial, try_out};
