//! The infrastructure with the real OpenTofu and provider, against a fake Scaleway on this machine.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    missing_docs,
    reason = "a test ends with a panic and starts programs as a user does"
)]

mod applied;
#[path = "../schemas/check.rs"]
mod check;
mod destroyed;
mod env;
mod fake;
mod faulty;
mod hours;
mod modules;
