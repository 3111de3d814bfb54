//! `seasense-fleet`: buoys at sea, as far as the platform can tell.
//!
//! Seeded and deterministic: what a buoy measures is a function of seed, buoy and time. Seams: [`clock`] tells the time,
//! [`track`] the place, [`physics`] the values; [`transport`] carries them and [`ack_log`] notes what was acknowledged.

mod ack_log;
mod agent;
mod arguments;
mod buoy;
mod clock;
mod fleet;
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
    // The only provider that is built in; reqwest wants it named.
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        tracing::warn!("another TLS provider was installed before");
    }
    match fleet::run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}
