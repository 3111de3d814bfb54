//! T2: supply `pull` from start to end, run by the program itself, against a registry and a release page on
//! this machine in place of upstream. The programs in the images are stubs; the registry and all builds are
//! real.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a test ends with a panic and starts the program as a user would"
)]

#[path = "../e2e/checkout.rs"]
#[expect(dead_code, reason = "the cluster tests copy more")]
mod checkout;
mod env;
mod page;
mod pins;
mod pull;
mod upstream;
