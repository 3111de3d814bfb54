//! The settings of the server, as flags or environment variables.

use std::{net::SocketAddr, path::PathBuf};

use clap::Parser;

/// Serve the public page of SeaSense
#[derive(Debug, Parser)]
#[command(name = "seasense-frontend", version)]
pub struct Settings {
    /// Address of the page
    #[arg(long, env = "LISTEN", default_value = "0.0.0.0:80")]
    pub listen: SocketAddr,
    /// Address of health checks and metrics, not public
    #[arg(long, env = "OPERATIONS_LISTEN", default_value = "0.0.0.0:9090")]
    pub operations_listen: SocketAddr,
    /// Directory of the built page
    #[arg(long, env = "ROOT", default_value = "/srv/www")]
    pub root: PathBuf,
    /// Seconds of Strict-Transport-Security; 0, for a private certificate authority, omits the header
    #[arg(long, env = "HSTS_SECONDS", default_value_t = 0)]
    pub hsts_seconds: u32,
    /// Log filter, in the syntax of `RUST_LOG`
    #[arg(long, env = "RUST_LOG", default_value = "info")]
    pub log: String,
}
