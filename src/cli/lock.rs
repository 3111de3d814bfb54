//! `--wait-lock`: what a verb does when another run works on the same environment.

use std::time::Duration;

use crate::{
    config::Environment,
    engine::{EngineContext, Lock},
    failure::Result,
};

/// The choice between waiting and refusing.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct LockArgs {
    /// Wait this long for another run on the environment to end, instead of refusing at once
    #[arg(long, value_name = "SECONDS")]
    wait_lock: Option<u64>,
}

impl LockArgs {
    /// Takes the lock of `environment`.
    pub async fn take(self, engine: &EngineContext, environment: &Environment) -> Result<Lock> {
        let patience = self.wait_lock.map(Duration::from_secs);
        Lock::take(&engine.places, &environment.cluster_name(), patience, &engine.events).await
    }
}
