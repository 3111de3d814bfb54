//! The status of an environment and its JSON form.

use serde::Serialize;

use crate::{
    base::{digest::Digest, failure::Kind, k8s::EventNote},
    phases::PhaseState,
    workloads::{DatabaseHealth, FleetHealth, GatewayHealth, Workload},
};

/// The version of the JSON form. A new field keeps it; a changed one raises it.
pub const VERSION: u32 = 2;

/// The state of an environment at one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EnvironmentStatus {
    /// The version of the JSON form, [`VERSION`].
    pub version: u32,
    /// Whether there are no problems.
    pub ready: bool,
    /// The environment's name.
    pub environment: String,
    /// The state of the cluster: `running`, `paused`, `stopped`, `partial`, `foreign` or `absent`.
    pub cluster: String,
    /// The artifact that Flux follows.
    pub artifact: Artifact,
    /// The phases, in order.
    pub phases: Vec<PhaseState>,
    /// The platform's Deployments, by namespace and name.
    pub workloads: Vec<Workload>,
    /// The database.
    pub database: DatabaseHealth,
    /// The public gateway.
    pub gateway: GatewayHealth,
    /// The simulated buoys.
    pub fleet: FleetHealth,
    /// The public addresses, and the files that clients need.
    pub endpoints: Endpoints,
    /// The latest Kubernetes events, newest first; warnings are kept longer.
    pub events: Vec<EventNote>,
    /// The problems, most fundamental first.
    pub problems: Vec<Problem>,
    /// The certificate of the authority that signed the gateway's certificate, PEM; not part of the JSON form.
    #[serde(skip)]
    pub authority: Option<Vec<u8>>,
}

/// The artifact that Flux follows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Artifact {
    /// Its digest, if Flux follows one.
    pub digest: Option<Digest>,
    /// The commit it was packed from, if known.
    pub commit: Option<String>,
    /// Whether the work tree had edits, if known.
    pub dirty: Option<bool>,
    /// Whether it was deployed and not verified yet, as by a watch or a run that was interrupted.
    pub unverified: bool,
}

/// The public addresses, and the files that clients need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Endpoints {
    /// The public page.
    pub page: String,
    /// The API.
    pub api: String,
    /// The certificate authority to trust, PEM.
    pub ca_file: String,
    /// The cluster's kubeconfig.
    pub kubeconfig: String,
}

/// One reason why an environment is not healthy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The part: `cluster`, `artifact`, `phase/<name>`, `workload/<namespace>/<name>`, `database`, `gateway` or
    /// `fleet`.
    pub part: String,
    /// The cause.
    pub cause: String,
    /// The next step.
    pub hint: String,
}

impl Problem {
    pub(super) fn new(part: impl Into<String>, cause: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { part: part.into(), cause: cause.into(), hint: hint.into() }
    }
}

impl EnvironmentStatus {
    /// The kind of the most fundamental problem, if there is one.
    pub fn problem_kind(&self) -> Option<Kind> {
        let part = self.problems.first()?.part.as_str();
        Some(match part {
            "docker" => Kind::Tool,
            "cluster" => Kind::Cluster,
            "artifact" | "phases" => Kind::Phase,
            _ if part.starts_with("phase/") => Kind::Phase,
            _ => Kind::Workload,
        })
    }
}
