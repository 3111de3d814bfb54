//! T3: a real environment is started, used, changed, broken, repaired and removed.
//!
//! The tests share one environment and run in the order of their names on one thread; `scripts/test` does that.
//! Each test also runs alone: [`shared::running_env`] starts the environment, or updates the one of an earlier
//! test process.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::unused_self,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    missing_docs,
    reason = "a test panics on failure, starts programs as a user does, and prints its measurements"
)]

mod access;
mod ack_log;
#[path = "../guide/blocks.rs"]
mod blocks;
#[path = "../cli/bundle.rs"]
mod bundle;
mod checkout;
mod cluster;
mod docker;
mod drain;
mod kill_times;
mod load;
mod manifest;
mod page;
mod run;
#[path = "../schemas/check.rs"]
mod schema;
mod shared;
mod t05_start;
mod t20_status;
mod t50_rerun;
mod t55_first_change;
mod t67_watch;
mod t68_diagnostics;
mod t69_rehearsal;
mod t70_persistence;
mod t73_restore;
mod t76_docker_restart;
mod t80_kills;
mod t90_down;
mod t95_ci;
mod t97_zones;
mod test_env;
mod upgrade;
mod user;
mod watch;
