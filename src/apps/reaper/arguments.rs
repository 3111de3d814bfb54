//! The command line of the reaper, which selects the resources of the environment.

use std::path::PathBuf;

use clap::Parser;
use jiff::Timestamp;

/// Remove one environment when its owner is gone or its lease has expired
#[derive(Debug, Clone, Parser)]
#[command(name = "seasense-reaper", version, about)]
pub struct Arguments {
    /// Socket of the container daemon
    #[arg(long, default_value = "/run/docker.sock", value_name = "FILE")]
    pub socket: String,
    /// The reaper's own container, which is removed last
    #[arg(long, value_name = "CONTAINER")]
    pub own_container: String,
    /// Label of the environment's containers, volumes and networks; all given labels must match
    #[arg(long = "label", value_name = "NAME=VALUE", required = true)]
    pub labels: Vec<String>,
    /// Label of the cluster's nodes
    #[arg(long, value_name = "NAME=VALUE")]
    pub node_label: String,
    /// Mount that marks the environment's own nodes
    #[arg(long, value_name = "PATH")]
    pub node_mount: String,
    /// File whose modification time the owner updates; without it, only the deadline applies
    #[arg(long, value_name = "FILE")]
    pub heartbeat: Option<PathBuf>,
    /// Seconds without a heartbeat after which the owner is gone
    #[arg(long, default_value_t = 10, value_name = "SECONDS")]
    pub grace: u64,
    /// Time at which the environment is removed in any case
    #[arg(long, value_name = "TIME")]
    pub deadline: Option<Timestamp>,
    /// File that exists when the cluster is complete; before that, another process may still create nodes
    #[arg(long, value_name = "FILE")]
    pub cluster_record: PathBuf,
    /// File or directory to remove with the environment
    #[arg(long = "remove", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Log filter, in the syntax of `RUST_LOG`
    #[arg(long, env = "LOG", default_value = "info")]
    pub log: String,
}
