//! Actions on an environment in memory, which may fail at any step.

use std::sync::{Mutex, MutexGuard};

use super::Actions;
use crate::{
    base::{
        digest::Digest,
        failure::{Failure, Kind, Result},
    },
    launch::plan::{Cluster, Fleet, Flux, Observed, Reconcile},
};

/// The state of Flux in a cluster: the digest that it follows and the digest that is applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FluxState {
    pub installed: bool,
    /// The digest that it follows.
    pub digest: Option<Digest>,
    /// Whether it has the desired variables.
    pub settings: bool,
    /// The digest that every phase is ready at, and whether with the desired variables. The digest determines
    /// the fleet's credentials.
    pub applied: Option<(Digest, bool)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClusterState {
    Absent,
    Partial,
    Stopped(FluxState),
    Unreachable(FluxState),
    Running(FluxState),
}

/// A fleet: whether it runs, whether it has the desired settings, and the digest that its credentials belong
/// to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FleetState {
    pub running: bool,
    pub settings: bool,
    pub credentials: Digest,
}

/// The fake environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FakeEnvironment {
    pub cluster: ClusterState,
    pub pushed: bool,
    pub fleet: Option<FleetState>,
}

impl FakeEnvironment {
    pub fn observe(&self) -> Observed {
        let cluster = match &self.cluster {
            ClusterState::Absent => Cluster::Absent,
            ClusterState::Partial => Cluster::Partial("1 of 3 containers".into()),
            ClusterState::Stopped(_) => Cluster::Stopped,
            ClusterState::Unreachable(_) => Cluster::Unreachable("no answer".into()),
            ClusterState::Running(flux) => {
                let target = flux.digest.clone().map(|digest| (digest, flux.settings));
                Cluster::Running(Flux {
                    installed: flux.installed,
                    digest: flux.digest.clone(),
                    settings: flux.settings,
                    ready: flux.installed && target.is_some() && flux.applied == target,
                })
            }
        };
        let fleet = match (&self.fleet, &self.cluster) {
            (None, _) => Fleet::Absent,
            (Some(fleet), ClusterState::Running(flux)) => {
                let credentials = flux.applied.as_ref().map(|(digest, _)| digest);
                let same = credentials == Some(&fleet.credentials);
                if fleet.running && fleet.settings && same { Fleet::Current } else { Fleet::Stale }
            }
            (Some(_), _) => Fleet::Unknown,
        };
        Observed { cluster, pushed: self.pushed, fleet }
    }
}

/// Executes steps on a [`FakeEnvironment`].
pub struct FakeActions {
    pub state: Mutex<FakeEnvironment>,
    /// The names of the steps that began.
    pub begun: Mutex<Vec<&'static str>>,
    /// The number of the step that fails; every step before it succeeds if it is not interrupted.
    pub fails: Option<usize>,
    /// How often each step, by number, yields to other steps before it has its effect.
    pub delays: Vec<usize>,
}

impl FakeActions {
    pub fn new(state: FakeEnvironment, fails: Option<usize>, delays: Vec<usize>) -> Self {
        Self { state: Mutex::new(state), begun: Mutex::default(), fails, delays }
    }

    fn state(&self) -> MutexGuard<'_, FakeEnvironment> {
        self.state.lock().unwrap()
    }

    /// Begins the step called `name`, lets other steps run, and fails if the test requires it.
    async fn begin(&self, name: &'static str) -> Result<()> {
        let number = {
            let mut begun = self.begun.lock().unwrap();
            begun.push(name);
            begun.len() - 1
        };
        for _ in 0..self.delays.get(number).copied().unwrap_or_default() {
            tokio::task::yield_now().await;
        }
        if self.fails == Some(number) {
            return Err(Failure::new(Kind::Interrupted, name));
        }
        Ok(())
    }

    /// Changes Flux in a cluster whose API answers.
    fn with_flux(&self, change: impl FnOnce(&mut FluxState)) {
        match &mut self.state().cluster {
            ClusterState::Running(flux) => change(flux),
            other => panic!("the API of the cluster does not respond: {other:?}"),
        }
    }

    /// Replaces the fleet as soon as there are credentials.
    async fn run_fleet(&self) {
        loop {
            let credentials = match &self.state().cluster {
                ClusterState::Running(flux) => flux.applied.clone(),
                other => panic!("the fleet has no gateway: {other:?}"),
            };
            if let Some((credentials, _)) = credentials {
                self.state().fleet = Some(FleetState { running: true, settings: true, credentials });
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Starts the nodes of a complete cluster.
    fn start(&self) {
        let mut state = self.state();
        state.cluster = match state.cluster.clone() {
            ClusterState::Stopped(flux) | ClusterState::Unreachable(flux) => ClusterState::Running(flux),
            other => panic!("nothing to start: {other:?}"),
        };
    }
}

impl Actions for FakeActions {
    type Verified = ();

    async fn remove_cluster(&self) -> Result<()> {
        self.begin("remove-cluster").await?;
        let mut state = self.state();
        (state.cluster, state.fleet) = (ClusterState::Absent, None);
        Ok(())
    }

    async fn set_lease(&self, _: u64) -> Result<()> {
        self.begin("set-lease").await
    }

    async fn create_cluster(&self) -> Result<()> {
        self.begin("create-cluster").await?;
        assert_eq!(self.state().cluster, ClusterState::Absent);
        self.state().cluster = ClusterState::Running(FluxState::default());
        Ok(())
    }

    async fn recreate_cluster(&self) -> Result<()> {
        self.begin("recreate-cluster").await?;
        assert_eq!(self.state().cluster, ClusterState::Partial);
        self.state().cluster = ClusterState::Running(FluxState::default());
        Ok(())
    }

    async fn start_cluster(&self) -> Result<()> {
        self.begin("start-cluster").await?;
        self.start();
        Ok(())
    }

    async fn recover_cluster(&self) -> Result<()> {
        self.begin("recover-cluster").await?;
        self.start();
        Ok(())
    }

    async fn push_artifact(&self) -> Result<()> {
        self.begin("push-artifact").await?;
        self.state().pushed = true;
        Ok(())
    }

    async fn bootstrap(&self, to: &Digest) -> Result<()> {
        self.begin("bootstrap").await?;
        assert!(self.state().pushed, "Flux cannot fetch the artifact");
        self.with_flux(|flux| {
            (flux.installed, flux.digest, flux.settings) = (true, Some(to.clone()), true);
        });
        Ok(())
    }

    async fn apply_settings(&self) -> Result<()> {
        self.begin("apply-settings").await?;
        self.with_flux(|flux| flux.settings = true);
        Ok(())
    }

    async fn deploy(&self, to: &Digest) -> Result<()> {
        self.begin("deploy").await?;
        assert!(self.state().pushed, "Flux cannot fetch the artifact");
        self.with_flux(|flux| flux.digest = Some(to.clone()));
        Ok(())
    }

    async fn await_phases(&self, _: Reconcile) -> Result<()> {
        self.begin("await-phases").await?;
        self.with_flux(|flux| {
            assert!(flux.installed, "nothing reconciles");
            flux.applied = flux.digest.clone().map(|digest| (digest, flux.settings));
        });
        Ok(())
    }

    async fn start_fleet(&self) -> Result<()> {
        self.begin("start-fleet").await?;
        assert_eq!(self.state().fleet, None);
        self.run_fleet().await;
        Ok(())
    }

    async fn replace_fleet(&self) -> Result<()> {
        self.begin("replace-fleet").await?;
        self.run_fleet().await;
        Ok(())
    }

    async fn refresh_fleet(&self) -> Result<()> {
        self.begin("refresh-fleet").await?;
        self.run_fleet().await;
        Ok(())
    }

    async fn remove_fleet(&self) -> Result<()> {
        self.begin("remove-fleet").await?;
        self.state().fleet = None;
        Ok(())
    }

    async fn verify(&self) -> Result<()> {
        self.begin("verify").await
    }
}
