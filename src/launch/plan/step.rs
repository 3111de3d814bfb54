//! One thing to do, and the list of them in order.

use std::fmt;

use serde::Serialize;

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "step")]
pub enum Step {
    /// Make the cluster.
    CreateCluster,
    /// Remove a cluster that is only half there, and make it anew.
    RecreateCluster {
        /// What is wrong with it.
        reason: String,
    },
    /// Start the nodes of a cluster that was stopped.
    StartCluster,
    /// Push the artifact and hand it to Flux.
    Deliver {
        /// The digest that Flux follows now, if any.
        from: Option<String>,
        /// The digest it shall follow.
        to: String,
    },
    /// Wait until every phase is ready at the digest.
    AwaitPhases,
    /// Start the fleet beside the cluster.
    StartFleet,
    /// Replace a fleet whose settings or image changed.
    ReplaceFleet,
    /// Remove the fleet: the environment asks for no buoys.
    RemoveFleet,
    /// Check everything from outside.
    Verify,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateCluster => f.write_str("create the cluster"),
            Self::RecreateCluster { reason } => {
                write!(f, "remove the half-made cluster ({reason}) and create it")
            }
            Self::StartCluster => f.write_str("start the stopped cluster"),
            Self::Deliver { from: None, to } => write!(f, "deliver the platform, {to}"),
            Self::Deliver { from: Some(from), to } => {
                write!(f, "deliver the platform, {to} instead of {from}")
            }
            Self::AwaitPhases => f.write_str("wait until every phase is ready"),
            Self::StartFleet => f.write_str("start the fleet"),
            Self::ReplaceFleet => f.write_str("replace the fleet, whose settings changed"),
            Self::RemoveFleet => f.write_str("remove the fleet"),
            Self::Verify => f.write_str("check everything from outside"),
        }
    }
}

/// Steps in the order in which they are taken. The last one is always [`Step::Verify`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
}

impl Plan {
    /// Whether the plan only looks.
    pub fn changes_nothing(&self) -> bool {
        self.steps == [Step::Verify]
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.steps.iter().enumerate().try_for_each(|(index, step)| writeln!(f, "{:2}. {step}", index + 1))
    }
}
