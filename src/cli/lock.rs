//! The option `--wait-lock`: waits for another run on the same environment.

use std::time::Duration;

use crate::{
    base::failure::Result,
    config::Environment,
    local::{LocalContext, cluster::Lock},
};

/// The option.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct LockArgs {
    /// Wait up to this many seconds for another run on the environment instead of failing at once
    #[arg(long, value_name = "SECONDS")]
    wait_lock: Option<u64>,
}

impl LockArgs {
    /// Acquires the lock of `environment`.
    pub async fn take(self, context: &LocalContext, environment: &Environment) -> Result<Lock> {
        let limit = self.wait_lock.map(Duration::from_secs);
        Lock::take(&context.dirs, &environment.cluster_name(), limit, &context.events).await
    }
}
