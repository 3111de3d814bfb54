//! The fleet as a process, against a backend that misbehaves and gateways that are not to be trusted.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    missing_docs,
    reason = "a test ends with a panic, starts programs as a person would, and says what it does"
)]

mod delivery;
mod fake;
mod fleet;
mod settings;
mod tls;
