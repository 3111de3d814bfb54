//! Tests the fleet as a process against a failing backend and untrusted gateways.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test panics at the first broken precondition"
)]

mod delivery;
mod fake;
mod fleet;
mod settings;
mod tls;
