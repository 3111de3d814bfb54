//! T2: the whole of supply `pull`, by the program itself, against a registry and a release page on this machine that play
//! upstream. What stands for upstream's programs is small; the registry and everything that is built here is real.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a test ends with a panic and starts the program as a person would"
)]

#[path = "../e2e/checkout.rs"]
#[expect(dead_code, reason = "the tests of the cluster copy more")]
mod checkout;
mod page;
mod pull;
mod upstream;
mod world;
