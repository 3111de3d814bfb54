//! Builds the plan that leads from the observed to the desired state.

use std::time::Duration;

use super::{Cluster, Fleet, Flux, Observed, Plan, Reconcile, Step};
use crate::base::digest::Digest;

/// The desired state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desired {
    /// Digest of the platform artifact.
    pub digest: Digest,
    /// Number of simulated buoys.
    pub buoys: u16,
    /// Whether an existing cluster is removed first, with its data.
    pub recreate: bool,
    /// The time from now after which the environment removes itself.
    pub ttl: Option<Duration>,
}

/// Returns the steps from `observed` to `desired`.
///
/// Executing any prefix of them, observing and planning again ends in the same state.
pub fn build(desired: &Desired, observed: &Observed) -> Plan {
    let mut stages = Vec::new();
    let remove = desired.recreate && observed.cluster != Cluster::Absent;
    if remove {
        stages.push(vec![Step::RemoveCluster]);
    }
    if let Some(ttl) = desired.ttl {
        stages.push(vec![Step::SetLease { ttl_seconds: ttl.as_secs() }]);
    }
    let cluster = if remove { &Cluster::Absent } else { &observed.cluster };
    let push = || Step::PushArtifact { digest: desired.digest.clone() };
    let mut first: Vec<Step> = start(cluster).into_iter().collect();
    first.extend((!observed.pushed).then(push));
    stages.push(first);
    stages.extend(deploy(desired, cluster).into_iter().map(|step| vec![step]));
    let phases = await_phases(desired, cluster);
    // Removing the environment removes its fleet.
    let found = if remove { Fleet::Absent } else { observed.fleet };
    let fleet = fleet(desired.buoys, found, phases.is_some());
    if is_new(cluster) {
        stages.push(phases.into_iter().chain(fleet).collect());
    } else {
        stages.push(phases.into_iter().collect());
        stages.push(fleet.into_iter().collect());
    }
    stages.push(vec![Step::Verify]);
    stages.retain(|stage| !stage.is_empty());
    Plan { stages }
}

/// The step after which the API of the cluster answers.
fn start(cluster: &Cluster) -> Option<Step> {
    match cluster {
        Cluster::Absent => Some(Step::CreateCluster),
        Cluster::Partial(reason) => Some(Step::RecreateCluster { reason: reason.clone() }),
        Cluster::Stopped => Some(Step::StartCluster),
        Cluster::Unreachable(reason) => Some(Step::RecoverCluster { reason: reason.clone() }),
        Cluster::Running(_) => None,
    }
}

/// The steps after which Flux follows the digest with the environment's variables.
fn deploy(desired: &Desired, cluster: &Cluster) -> Vec<Step> {
    let to = desired.digest.clone();
    match cluster {
        Cluster::Running(flux) if flux.installed => {
            let mut steps = Vec::new();
            steps.extend((!flux.settings).then_some(Step::ApplySettings));
            let follows = flux.digest.as_ref() == Some(&to);
            steps.extend((!follows).then(|| Step::Deploy { from: flux.digest.clone(), to }));
            steps
        }
        // In a cluster that does not respond, the digest that Flux follows is unknown; applying the same
        // objects again changes nothing.
        _ => vec![Step::Bootstrap { to }],
    }
}

/// Whether the platform starts for the first time. Then the first credentials that exist are the right ones,
/// and the fleet starts as soon as they do. In an existing platform the phases may replace them.
const fn is_new(cluster: &Cluster) -> bool {
    matches!(cluster, Cluster::Absent | Cluster::Partial(_) | Cluster::Running(Flux { digest: None, .. }))
}

fn await_phases(desired: &Desired, cluster: &Cluster) -> Option<Step> {
    let reconcile = match cluster {
        Cluster::Absent | Cluster::Partial(_) => Reconcile::NotReady,
        Cluster::Running(Flux { installed: true, settings: true, ready: true, digest })
            if digest.as_ref() == Some(&desired.digest) =>
        {
            return None;
        }
        Cluster::Running(flux) if flux.settings => Reconcile::NotReady,
        // Phases are still ready with the former variables, or from before the restart.
        Cluster::Running(_) | Cluster::Stopped | Cluster::Unreachable(_) => Reconcile::All,
    };
    Some(Step::AwaitPhases { reconcile })
}

/// The step for the fleet; `changing` if the platform changes, and with it possibly the fleet's credentials.
const fn fleet(buoys: u16, found: Fleet, changing: bool) -> Option<Step> {
    match (buoys, found) {
        (0, Fleet::Absent) => None,
        (0, _) => Some(Step::RemoveFleet),
        (_, Fleet::Absent) => Some(Step::StartFleet),
        (_, Fleet::Stale) => Some(Step::ReplaceFleet),
        (_, Fleet::Unknown) => Some(Step::RefreshFleet),
        (_, Fleet::Current) if changing => Some(Step::RefreshFleet),
        (_, Fleet::Current) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::digest;

    fn desired() -> Desired {
        Desired { digest: digest('b'), buoys: 12, recreate: false, ttl: None }
    }

    fn current() -> Flux {
        Flux { installed: true, digest: Some(digest('b')), settings: true, ready: true }
    }

    fn plan(desired: &Desired, flux: Flux, fleet: Fleet) -> Vec<Step> {
        let observed = Observed { cluster: Cluster::Running(flux), pushed: true, fleet };
        build(desired, &observed).steps().cloned().collect()
    }

    #[test]
    fn a_current_environment_is_only_verified() {
        assert_eq!(plan(&desired(), current(), Fleet::Current), [Step::Verify]);
    }

    #[test]
    fn changed_variables_reconcile_every_phase() {
        let changed = Flux { settings: false, ..current() };
        let reconcile = Step::AwaitPhases { reconcile: Reconcile::All };
        assert_eq!(
            plan(&desired(), changed, Fleet::Current),
            [Step::ApplySettings, reconcile, Step::RefreshFleet, Step::Verify]
        );
    }

    #[test]
    fn a_stale_fleet_is_replaced_although_nothing_else_changes() {
        assert_eq!(plan(&desired(), current(), Fleet::Stale), [Step::ReplaceFleet, Step::Verify]);
    }

    #[test]
    fn no_buoys_means_no_fleet() {
        let none = Desired { buoys: 0, ..desired() };
        assert_eq!(plan(&none, current(), Fleet::Stale), [Step::RemoveFleet, Step::Verify]);
        assert_eq!(plan(&none, current(), Fleet::Absent), [Step::Verify]);
    }

    #[test]
    fn the_artifact_is_pushed_while_the_cluster_is_created() {
        insta::assert_snapshot!(build(&desired(), &Observed::NOTHING), @r"
         1. create the cluster
         1. push the artifact sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
         2. install Flux and point it at sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
         3. wait until every phase is ready
         3. start the fleet
         4. verify the environment from outside
        Steps with the same number run at the same time.
        ");
    }

    #[test]
    fn the_fleet_of_an_existing_platform_waits_for_the_phases() {
        let observed = Observed { cluster: Cluster::Stopped, pushed: true, fleet: Fleet::Unknown };
        let stages = build(&desired(), &observed).stages;
        assert_eq!(stages[2], [Step::AwaitPhases { reconcile: Reconcile::All }]);
        assert_eq!(stages[3], [Step::RefreshFleet]);
    }

    #[test]
    fn recreate_and_ttl_come_before_the_cluster() {
        let desired = Desired { recreate: true, ttl: Some(Duration::from_hours(8)), ..desired() };
        let cluster = Cluster::Running(current());
        let observed = Observed { cluster, pushed: true, fleet: Fleet::Current };
        insta::assert_snapshot!(build(&desired, &observed), @r"
         1. remove the cluster with its data
         2. set the lease: the environment removes itself after 8 h 00 min
         3. create the cluster
         4. install Flux and point it at sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
         5. wait until every phase is ready
         5. start the fleet
         6. verify the environment from outside
        Steps with the same number run at the same time.
        ");
    }
}
