//! The snapshot's shape.

use serde::Serialize;

use crate::{
    base::{failure::Kind, k8s::EventNote},
    phases::PhaseState,
    workloads::{DatabaseHealth, FleetHealth, GatewayHealth, Workload},
};

/// The format of the JSON form. New fields leave it as it is; another number means that an old one changed.
pub const VERSION: u32 = 1;

/// The state of an environment at one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Snapshot {
    /// The format of the JSON form, [`VERSION`].
    pub version: u32,
    /// Whether everything is as it should be: then there are no problems.
    pub ready: bool,
    /// The environment's name.
    pub environment: String,
    /// What is known of the cluster: `running`, `paused`, `stopped`, `partial`, `foreign` or `absent`.
    pub cluster: String,
    /// The artifact that the cluster is told to run.
    pub artifact: Artifact,
    /// The phases, in order.
    pub phases: Vec<PhaseState>,
    /// The platform's Deployments, by namespace and name.
    pub workloads: Vec<Workload>,
    /// The database.
    pub database: DatabaseHealth,
    /// The public way in.
    pub gateway: GatewayHealth,
    /// The simulated buoys.
    pub fleet: FleetHealth,
    /// Where to find what.
    pub endpoints: Endpoints,
    /// What Kubernetes said last, newest first; warnings are kept longer.
    pub events: Vec<EventNote>,
    /// What is wrong, most fundamental first.
    pub problems: Vec<Problem>,
    /// The certificate of the authority that signed the gateway's, PEM, as the cluster tells; it is no part of the report.
    #[serde(skip)]
    pub authority: Option<Vec<u8>>,
}

/// The artifact that the cluster is told to run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Artifact {
    /// Its digest; absent while there is none.
    pub digest: Option<String>,
    /// The commit it was packed from; absent where it is not known.
    pub commit: Option<String>,
    /// Whether the work tree differed from that commit.
    pub dirty: Option<bool>,
}

/// Where to find what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Endpoints {
    /// The public page.
    pub page: String,
    /// The API.
    pub api: String,
    /// The authority's certificate to trust, PEM.
    pub ca_file: String,
    /// The cluster's own kubeconfig.
    pub kubeconfig: String,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What it is about: `cluster`, `artifact`, `phase/<name>`, `workload/<namespace>/<name>`, `database`, `gateway`, `fleet`.
    pub part: String,
    /// What is wrong.
    pub cause: String,
    /// What to do about it.
    pub hint: String,
}

impl Problem {
    pub(super) fn new(part: impl Into<String>, cause: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { part: part.into(), cause: cause.into(), hint: hint.into() }
    }
}

impl Snapshot {
    /// The kind of the most fundamental problem, which is the first one; `None` when there is none.
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
