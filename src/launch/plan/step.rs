//! One step of a plan, and the plan: stages of steps.

use std::{fmt, time::Duration};

use serde::Serialize;

use crate::base::{digest::Digest, duration};

/// Which phases Flux reconciles at once, without waiting for its interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reconcile {
    /// The phases that are not ready. A ready one follows when its component changes.
    NotReady,
    /// All phases: a ready phase may still report the state with the former variables or from before a restart.
    All,
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "step")]
pub enum Step {
    /// Remove the environment with its data (`--recreate`).
    RemoveCluster,
    /// Start the reaper and write the lease (`--ttl`).
    SetLease {
        /// Seconds until the environment removes itself.
        ttl_seconds: u64,
    },
    /// Create the cluster.
    CreateCluster,
    /// Remove a cluster whose creation was interrupted, and create it.
    RecreateCluster {
        /// The missing part.
        reason: String,
    },
    /// Start the nodes of a stopped cluster.
    StartCluster,
    /// Wait for the API of a running cluster; restart its nodes if it does not respond.
    RecoverCluster {
        /// Why the API does not respond.
        reason: String,
    },
    /// Push the artifact to the local registry.
    PushArtifact {
        /// Its digest.
        digest: Digest,
    },
    /// Install Flux with the environment's variables and point it at the artifact.
    Bootstrap {
        /// The digest that Flux is to follow.
        to: Digest,
    },
    /// Apply the environment's variables and its age key.
    ApplySettings,
    /// Point Flux at the artifact.
    Deploy {
        /// The digest that Flux follows now, if any.
        from: Option<Digest>,
        /// The digest that it is to follow.
        to: Digest,
    },
    /// Wait until every phase is ready at the digest.
    AwaitPhases {
        /// Which phases Flux reconciles at once.
        reconcile: Reconcile,
    },
    /// Start the fleet.
    StartFleet,
    /// Replace the fleet: its settings, credentials or image differ.
    ReplaceFleet,
    /// Replace the fleet if the credentials or the gateway's address change in this run.
    RefreshFleet,
    /// Remove the fleet: the environment has no simulated buoys.
    RemoveFleet,
    /// Verify the environment from outside.
    Verify,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RemoveCluster => f.write_str("remove the cluster with its data"),
            Self::SetLease { ttl_seconds } => {
                let ttl = duration::text(Duration::from_secs(*ttl_seconds));
                write!(f, "set the lease: the environment removes itself after {ttl}")
            }
            Self::CreateCluster => f.write_str("create the cluster"),
            Self::RecreateCluster { reason } => write!(f, "recreate the incomplete cluster ({reason})"),
            Self::StartCluster => f.write_str("start the stopped cluster"),
            Self::RecoverCluster { reason } => {
                write!(f, "restart the nodes if the API still does not respond ({reason})")
            }
            Self::PushArtifact { digest } => write!(f, "push the artifact {digest}"),
            Self::Bootstrap { to } => write!(f, "install Flux and point it at {to}"),
            Self::ApplySettings => f.write_str("apply the environment's variables"),
            Self::Deploy { from: None, to } => write!(f, "point Flux at {to}"),
            Self::Deploy { from: Some(from), to } => write!(f, "point Flux at {to} instead of {from}"),
            Self::AwaitPhases { reconcile: Reconcile::NotReady } => {
                f.write_str("wait until every phase is ready")
            }
            Self::AwaitPhases { reconcile: Reconcile::All } => {
                f.write_str("reconcile all phases and wait until every phase is ready")
            }
            Self::StartFleet => f.write_str("start the fleet"),
            Self::ReplaceFleet => f.write_str("replace the fleet: its settings or its image differ"),
            Self::RefreshFleet => f.write_str("replace the fleet if its credentials change"),
            Self::RemoveFleet => f.write_str("remove the fleet"),
            Self::Verify => f.write_str("verify the environment from outside"),
        }
    }
}

/// The steps in the order of their execution, in stages.
///
/// A stage begins when every step of the stage before it is done. The steps of one stage depend on nothing in
/// it and run at the same time. The last stage is always [`Step::Verify`] alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Plan {
    /// The stages; none is empty.
    pub stages: Vec<Vec<Step>>,
}

impl Plan {
    /// All steps, in order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.stages.iter().flatten()
    }

    /// Whether the environment is up to date: the plan only verifies it.
    pub fn changes_nothing(&self) -> bool {
        self.steps().eq([&Step::Verify])
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, stage) in self.stages.iter().enumerate() {
            for step in stage {
                writeln!(f, "{:2}. {step}", index + 1)?;
            }
        }
        if self.stages.iter().any(|stage| stage.len() > 1) {
            writeln!(f, "Steps with the same number run at the same time.")?;
        }
        Ok(())
    }
}
