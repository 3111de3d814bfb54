//! The fleet as a process, against a backend that misbehaves and gateways that are not to be trusted.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test ends where its world breaks, with what it saw"
)]

mod delivery;
mod fake;
mod fleet;
mod settings;
mod tls;
