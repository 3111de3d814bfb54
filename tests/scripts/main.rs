//! T1: the scripts of a contributor's first command, on machines that are made of stubs: another system, a PATH
//! with few programs, a bash without what came after 3.2.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a test panics on failure and starts the scripts as a user does"
)]

mod capabilities;
mod download;
mod engine;
mod launcher;
mod lint;
mod machine;
mod requirements;
mod rust;
mod server;
mod supply;
mod systems;
