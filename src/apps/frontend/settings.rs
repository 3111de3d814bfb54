//! What the server can be told, by flag or by environment variable.

use std::{net::SocketAddr, path::PathBuf};

use clap::Parser;

/// Serves the public page of SeaSense.
#[derive(Debug, Parser)]
#[command(name = "seasense-frontend", version)]
pub struct Settings {
    /// Address the page is served on
    #[arg(long, env = "LISTEN", default_value = "0.0.0.0:80")]
    pub listen: SocketAddr,
    /// Address of health checks and metrics, not for the public
    #[arg(long, env = "OPERATIONS_LISTEN", default_value = "0.0.0.0:9090")]
    pub operations_listen: SocketAddr,
    /// Folder that holds the built page
    #[arg(long, env = "ROOT", default_value = "/srv/www")]
    pub root: PathBuf,
    /// Seconds of Strict-Transport-Security; 0 sends none, as a private certificate authority asks for
    #[arg(long, env = "HSTS_SECONDS", default_value_t = 0)]
    pub hsts_seconds: u32,
    /// What is logged, in the syntax of `RUST_LOG`
    #[arg(long, env = "RUST_LOG", default_value = "info")]
    pub log: String,
}
