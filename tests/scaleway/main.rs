//! The infrastructure with the real OpenTofu and the real provider, against a Scaleway on this machine.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    missing_docs,
    reason = "a test ends with a panic and starts programs as a person would"
)]

mod applied;
#[path = "../schemas/check.rs"]
mod check;
mod fake;
mod faulty;
mod gone;
mod hours;
mod modules;
mod world;
