//! T1: the command line without Docker and without a cluster.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a test panics on failure and starts the program as a user does"
)]

mod attached;
mod bundle;
mod ci;
mod cluster;
mod compare;
mod cost;
mod dev_watch;
mod diagnose;
mod docker_machine;
mod docker_node;
mod environment_file;
mod exits;
mod fakes;
mod full_disk;
mod gc;
mod git_environment;
mod global;
mod harness;
mod infra;
mod locks;
mod no_docker;
mod pins;
mod platform;
mod promote;
mod promote_history;
mod proxy;
mod prune;
#[path = "../schemas/check.rs"]
mod schema;
mod timing;
mod trust;
mod watch;
