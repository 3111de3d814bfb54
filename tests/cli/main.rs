//! T1: the command line as a person meets it, without Docker and without a cluster.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a test ends with a panic and starts the program as a person would"
)]

mod attached;
mod ci;
mod cluster;
mod compare;
mod cost;
mod daemon;
mod dev_watch;
mod diagnose;
mod environment_file;
mod exits;
mod fakes;
mod full_disk;
mod gc;
mod global;
mod harness;
mod infra;
mod machine;
mod no_docker;
mod promote;
mod prune;
#[path = "../schemas/check.rs"]
mod schema;
mod timing;
mod trust;
mod watch;
