//! The command line and the environment variables of the fleet.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use reqwest::Url;
use seasense::apps::shared::token;

/// Which kind of buoys to simulate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// `buoy-001` and so on: buoys of the collection
    Fleet,
    /// `probe-001` and so on: probe buoys, which do not belong to the collection
    Probe,
}

impl Kind {
    /// Returns the prefix of their ids.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fleet => token::FLEET,
            Self::Probe => token::PROBE,
        }
    }
}

/// Simulate buoys that send readings to SeaSense's public gateway
#[derive(Debug, Clone, Parser)]
#[command(name = "seasense-fleet", version, about)]
pub struct Arguments {
    /// URL of the public gateway
    #[arg(long, env = "API", value_name = "URL")]
    pub api: Url,
    /// PEM file of the only CA to trust; default: the system's CAs
    #[arg(long, env = "CA_FILE", value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Connect to this address and port instead of resolving the URL's host
    #[arg(long, env = "CONNECT", value_name = "IP:PORT")]
    pub connect: Option<SocketAddr>,
    /// File with the key from which the buoys' tokens are derived
    #[arg(long, env = "KEY_FILE", value_name = "FILE")]
    pub key_file: PathBuf,
    /// Number of buoys
    #[arg(long, env = "BUOYS", default_value_t = 5, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=999))]
    pub buoys: u32,
    /// Kind of buoys: those of the collection, or probe buoys
    #[arg(long, env = "KIND", default_value = "fleet", value_name = "KIND")]
    pub kind: Kind,
    /// Seconds between two readings of a buoy
    #[arg(long, env = "INTERVAL", default_value_t = 5, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub interval: u32,
    /// Seed of the routes and the sensor noise
    #[arg(long, env = "SEED", default_value_t = 1, value_name = "NUMBER")]
    pub seed: u64,
    /// Directory of the log of acknowledged readings
    #[arg(long, env = "ACK_LOG", value_name = "FOLDER")]
    pub ack_log: PathBuf,
    /// Minutes of past readings to send first, one every five minutes
    #[arg(long, env = "BACKFILL", default_value_t = 180, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(0..=43_200))]
    pub backfill: u32,
    /// Minutes after which the fleet stops; 0 for never
    #[arg(long, env = "LIMIT", default_value_t = 0, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(0..=43_200))]
    pub limit: u32,
    /// Address for metrics and health
    #[arg(long, env = "LISTEN", value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Log filter, in the syntax of `RUST_LOG`
    #[arg(long, env = "LOG", default_value = "info")]
    pub log: String,
}
