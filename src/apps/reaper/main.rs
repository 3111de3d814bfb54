//! `seasense-reaper`: removes one environment when nobody needs it any more.
//!
//! It stands outside the program that made the environment, so that `kill -9`, a reboot or a lost checkout cannot leave
//! anything behind: it goes when its owner falls silent or its time is over, and takes everything of the environment
//! along, itself last. What belongs to the environment it is told by filters; it knows no other.

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
            // The daemon starts it again, which also finds a socket that was made anew.
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}
