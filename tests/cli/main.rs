//! T1: the command line as a person meets it, without Docker and without a cluster.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a test ends with a panic and starts the program as a person would"
)]

mod diagnose;
mod environment_file;
mod global;
mod harness;
mod no_docker;
mod timing;
