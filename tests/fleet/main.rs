//! The fleet as a process, against a backend that misbehaves and gateways that are not to be trusted.

mod delivery;
mod fake;
mod fleet;
mod settings;
mod tls;
