//! The command line of the reaper; whoever starts it says what belongs to the environment.

use std::path::PathBuf;

use clap::Parser;
use jiff::Timestamp;

/// Removes one environment when its owner falls silent or its time is over.
#[derive(Debug, Clone, Parser)]
#[command(name = "seasense-reaper", version, about)]
pub struct Arguments {
    /// Socket of the container daemon
    #[arg(long, default_value = "/run/docker.sock", value_name = "FILE")]
    pub socket: String,
    /// Its own container, which goes last
    #[arg(long, value_name = "CONTAINER")]
    pub myself: String,
    /// Label of the containers, volumes and networks that belong to the environment; all of them must match
    #[arg(long = "label", value_name = "NAME=VALUE", required = true)]
    pub labels: Vec<String>,
    /// Label of the cluster's nodes
    #[arg(long, value_name = "NAME=VALUE")]
    pub node_label: String,
    /// Mount without which a node is somebody else's
    #[arg(long, value_name = "PATH")]
    pub node_mount: String,
    /// File whose time the owner moves on; without it only the deadline counts
    #[arg(long, value_name = "FILE")]
    pub heartbeat: Option<PathBuf>,
    /// Seconds of silence after which the owner counts as dead
    #[arg(long, default_value_t = 10, value_name = "SECONDS")]
    pub grace: u64,
    /// When the environment goes whether or not its owner lives
    #[arg(long, value_name = "TIME")]
    pub deadline: Option<Timestamp>,
    /// File that exists once the cluster is whole; before that, somebody may still be about to make a node
    #[arg(long, value_name = "FILE")]
    pub whole: PathBuf,
    /// File or folder that goes with the environment
    #[arg(long = "remove", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Filter of the log, in the syntax of `RUST_LOG`
    #[arg(long, env = "LOG", default_value = "info")]
    pub log: String,
}
