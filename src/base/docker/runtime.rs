//! Kills containers, sets their restart policy and reads their memory usage.

use bollard::{
    models::{ContainerUpdateBody, RestartPolicy, RestartPolicyNameEnum},
    query_parameters::{KillContainerOptions, StatsOptionsBuilder},
};
use futures_util::StreamExt;

use super::{
    connect::{Docker, found},
    spec::Restart,
};
use crate::base::failure::{Context, Kind, Result};

impl Docker {
    /// Kills a container; succeeds if it is absent or stopped.
    pub async fn kill(&self, name: &str) -> Result<()> {
        let killed = found(self.api.kill_container(name, None::<KillContainerOptions>).await);
        match killed {
            // The container stopped at the same moment.
            Err(bollard::errors::Error::DockerResponseServerError { status_code: 409, .. }) => Ok(()),
            killed => killed.with_context(Kind::Tool, || format!("kill the container `{name}`")).map(drop),
        }
    }

    /// Sets the restart policy of a container.
    pub async fn set_restart(&self, name: &str, restart: Restart) -> Result<()> {
        let body = ContainerUpdateBody { restart_policy: Some(restart.policy()), ..Default::default() };
        let updated = self.api.update_container(name, body).await;
        updated.with_context(Kind::Tool, || format!("set the restart policy of the container `{name}`"))
    }

    /// Returns the memory of a container in bytes, without the page cache; `None` if it does not run or the
    /// daemon does not report it.
    pub async fn memory(&self, name: &str) -> Option<u64> {
        let options = StatsOptionsBuilder::new().stream(false).one_shot(true).build();
        let stats = Box::pin(self.api.stats(name, Some(options))).next().await?.ok()?.memory_stats?;
        let detail = stats.stats.unwrap_or_default();
        // The first name is used by control groups 1, the second one by control groups 2.
        let cached = detail.get("total_inactive_file").or_else(|| detail.get("inactive_file"));
        Some(stats.usage?.saturating_sub(cached.copied().unwrap_or_default()))
    }
}

impl Restart {
    pub(super) fn policy(self) -> RestartPolicy {
        let (name, maximum_retry_count) = match self {
            Self::No => (RestartPolicyNameEnum::NO, None),
            Self::OnFailureOnce => (RestartPolicyNameEnum::ON_FAILURE, Some(1)),
            Self::UnlessStopped => (RestartPolicyNameEnum::UNLESS_STOPPED, None),
        };
        RestartPolicy { name: Some(name), maximum_retry_count }
    }
}
