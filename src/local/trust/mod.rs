//! Makes the stores of this machine trust an environment's certificate authority, and takes exactly that back.
//!
//! Nothing happens by itself: a person asks for it, is told every change before it is made, and every change is written
//! down before it is made. A certificate is known by its SHA-256 fingerprint alone: what bears our name but is another
//! certificate is left alone. An authority that could sign for any name is refused.

mod action;
mod certificate;
mod handshake;
mod ledger;
mod look;
mod machine;
mod place;
mod work;

pub use action::Action;
pub use certificate::Certificate;
pub use handshake::{Roots, handshake};
pub use ledger::{Entry, TrustStore};
pub use look::{present, traces};
pub use machine::{HostTrustConfig, Site, sites};
pub use place::{Family, Place, Store};
pub use work::{Change, install, plan_install, plan_remove, remove};
