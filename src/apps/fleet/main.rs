//! `seasense-fleet`: simulates buoys that send readings to the platform.
//!
//! Deterministic: a measurement is a function of seed, buoy and time. Replaceable modules: [`clock`] provides
//! the time, [`track`] the position, [`physics`] the values; [`transport`] sends them and [`ack_log`] records
//! acknowledgements.

mod ack_log;
mod agent;
mod arguments;
mod buoy;
mod clock;
mod fleet;
mod key_file;
mod metrics;
mod outbox;
mod physics;
mod schedule;
mod track;
mod transport;

use std::process::ExitCode;

use clap::Parser;
use seasense::apps::shared::logs;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = arguments::Arguments::parse();
    logs::start(&arguments.log);
    // The only provider in this build; reqwest requires an installed one.
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        tracing::warn!("another TLS provider is already installed");
    }
    match fleet::run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}
