//! T1: the command line as a person meets it, without Docker and without a cluster.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a test ends with a panic and starts the program as a person would"
)]

mod cluster;
mod dev_watch;
mod environment_file;
mod exits;
mod fakes;
mod global;
mod harness;
mod no_docker;
#[path = "../schemas/check.rs"]
mod schema;
mod trust;
mod watch;
