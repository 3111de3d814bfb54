//! Executes a plan: exactly its steps, each by one action.

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;

use futures_util::future::{LocalBoxFuture, try_join_all};

use super::plan::{Plan, Reconcile, Step};
use crate::base::{
    digest::Digest,
    failure::{Failure, Kind, Result},
};

/// The effect of each step.
///
/// Each action may be called again after a crash at any moment: it observes first and changes only what
/// differs.
pub trait Actions {
    /// The result of [`Actions::verify`].
    type Verified;

    /// Executes [`Step::RemoveCluster`].
    fn remove_cluster(&self) -> impl Future<Output = Result<()>>;
    /// Executes [`Step::SetLease`].
    fn set_lease(&self, ttl_seconds: u64) -> impl Future<Output = Result<()>>;
    /// Executes [`Step::CreateCluster`].
    fn create_cluster(&self) -> impl Future<Output = Result<()>>;
    /// Executes [`Step::RecreateCluster`].
    fn recreate_cluster(&self) -> impl Future<Output = Result<()>>;
    /// Executes [`Step::StartCluster`].
    fn start_cluster(&self) -> impl Future<Output = Result<()>>;
    /// Executes [`Step::RecoverCluster`].
    fn recover_cluster(&self) -> impl Future<Output = Result<()>>;
    /// Executes [`Step::PushArtifact`].
    fn push_artifact(&self) -> impl Future<Output = Result<()>>;
    /// Executes [`Step::Bootstrap`].
    fn bootstrap(&self, to: &Digest) -> impl Future<Output = Result<()>>;
    /// Executes [`Step::ApplySettings`].
    fn apply_settings(&self) -> impl Future<Output = Result<()>>;
    /// Executes [`Step::Deploy`].
    fn deploy(&self, to: &Digest) -> impl Future<Output = Result<()>>;
    /// Executes [`Step::AwaitPhases`].
    fn await_phases(&self, reconcile: Reconcile) -> impl Future<Output = Result<()>>;
    /// Executes [`Step::StartFleet`].
    fn start_fleet(&self) -> impl Future<Output = Result<()>>;
    /// Executes [`Step::ReplaceFleet`].
    fn replace_fleet(&self) -> impl Future<Output = Result<()>>;
    /// Executes [`Step::RefreshFleet`].
    fn refresh_fleet(&self) -> impl Future<Output = Result<()>>;
    /// Executes [`Step::RemoveFleet`].
    fn remove_fleet(&self) -> impl Future<Output = Result<()>>;
    /// Executes [`Step::Verify`].
    fn verify(&self) -> impl Future<Output = Result<Self::Verified>>;
}

/// Executes the stages of `plan` in order and the steps of a stage concurrently; returns the result of the
/// last step.
///
/// The first step that fails ends the other steps of its stage and the run.
pub async fn execute<A: Actions>(plan: &Plan, actions: &A) -> Result<A::Verified> {
    let mut verified = None;
    for stage in &plan.stages {
        let results = try_join_all(stage.iter().map(|step| execute_step(step, actions))).await?;
        verified = results.into_iter().flatten().next_back();
    }
    verified.ok_or_else(|| Failure::new(Kind::Internal, "the plan does not end with a verification"))
}

/// Executes one step; returns a value for [`Step::Verify`] only.
async fn execute_step<A: Actions>(step: &Step, actions: &A) -> Result<Option<A::Verified>> {
    let action: LocalBoxFuture<'_, Result<()>> = match step {
        Step::RemoveCluster => Box::pin(actions.remove_cluster()),
        Step::SetLease { ttl_seconds } => Box::pin(actions.set_lease(*ttl_seconds)),
        Step::CreateCluster => Box::pin(actions.create_cluster()),
        Step::RecreateCluster { .. } => Box::pin(actions.recreate_cluster()),
        Step::StartCluster => Box::pin(actions.start_cluster()),
        Step::RecoverCluster { .. } => Box::pin(actions.recover_cluster()),
        Step::PushArtifact { .. } => Box::pin(actions.push_artifact()),
        Step::Bootstrap { to } => Box::pin(actions.bootstrap(to)),
        Step::ApplySettings => Box::pin(actions.apply_settings()),
        Step::Deploy { to, .. } => Box::pin(actions.deploy(to)),
        Step::AwaitPhases { reconcile } => Box::pin(actions.await_phases(*reconcile)),
        Step::StartFleet => Box::pin(actions.start_fleet()),
        Step::ReplaceFleet => Box::pin(actions.replace_fleet()),
        Step::RefreshFleet => Box::pin(actions.refresh_fleet()),
        Step::RemoveFleet => Box::pin(actions.remove_fleet()),
        Step::Verify => return Box::pin(actions.verify()).await.map(Some),
    };
    action.await.map(|()| None)
}
