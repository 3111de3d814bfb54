//! What a container takes of the machine, and what brings it back.

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
    /// Ends a container at once; an absent or stopped one is fine.
    pub async fn kill(&self, name: &str) -> Result<()> {
        let killed = found(self.api.kill_container(name, None::<KillContainerOptions>).await);
        match killed {
            // It ended by itself in this very moment.
            Err(bollard::errors::Error::DockerResponseServerError { status_code: 409, .. }) => Ok(()),
            killed => killed.with_context(Kind::Tool, || format!("end the container `{name}`")).map(drop),
        }
    }

    /// Says when the daemon shall start a container again from now on.
    pub async fn set_restart(&self, name: &str, restart: Restart) -> Result<()> {
        let body = ContainerUpdateBody { restart_policy: Some(restart.policy()), ..Default::default() };
        let updated = self.api.update_container(name, body).await;
        updated.with_context(Kind::Tool, || format!("change when the container `{name}` is started again"))
    }

    /// The memory that a container uses, in bytes, without what the kernel only caches for it; `None` where it does not
    /// run or the daemon cannot tell.
    pub async fn memory(&self, name: &str) -> Option<u64> {
        let options = StatsOptionsBuilder::new().stream(false).one_shot(true).build();
        let told = Box::pin(self.api.stats(name, Some(options))).next().await?.ok()?.memory_stats?;
        let detail = told.stats.unwrap_or_default();
        // The first name is that of control groups 1, the second that of 2.
        let cached = detail.get("total_inactive_file").or_else(|| detail.get("inactive_file"));
        Some(told.usage?.saturating_sub(cached.copied().unwrap_or_default()))
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
