//! `seasense-reaper`: removes one ephemeral environment when its owner is gone or its lease has expired.
//!
//! It runs in a separate container, so that no resources remain after `kill -9`, a reboot or a deleted
//! checkout. It removes every resource that its filters select, and its own container last.

mod arguments;
mod decide;
mod docker;
mod remove;
mod watch;

use std::process::ExitCode;

use clap::Parser;
use seasense::apps::shared::logs;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = arguments::Arguments::parse();
    logs::start(&arguments.log);
    match watch::run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Docker restarts the container, which then also uses a recreated socket.
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}
