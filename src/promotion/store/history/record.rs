//! One record: the signed part of a history line.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    base::digest::Digest,
    config::EnvName,
    promotion::{
        gates::{Gate, GateResult},
        verdict::{CanaryWatch, Summary},
    },
};

/// The format of a record.
pub const VERSION: u32 = 2;

/// The action of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Deploy a digest of the source environment.
    Promote,
    /// Deploy an earlier digest on request.
    Rollback,
    /// Deploy the last verified digest after the verdict `Failed`.
    AutoRollback,
}

impl Action {
    /// Its name in records and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Promote => "promote",
            Self::Rollback => "rollback",
            Self::AutoRollback => "auto-rollback",
        }
    }
}

/// The outcome of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The digest runs and passed the watch.
    Verified,
    /// The digest did not become Ready in time or exceeded a limit.
    Failed,
}

impl Outcome {
    /// Its name in records and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Failed => "failed",
        }
    }
}

/// A recorded gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateRecord {
    /// Its name.
    pub id: String,
    /// Its result.
    pub result: GateResult,
    /// The reason in one line.
    pub reason: String,
}

impl From<&Gate> for GateRecord {
    fn from(gate: &Gate) -> Self {
        Self { id: gate.id.to_owned(), result: gate.result, reason: gate.reason.clone() }
    }
}

/// The record of one promotion or rollback.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// [`VERSION`].
    pub version: u32,
    /// When the run ended.
    pub at: Timestamp,
    /// The environment.
    pub environment: EnvName,
    /// The action.
    pub action: Action,
    /// The name and email address of the user, as configured in Git.
    pub who: String,
    /// The deployed artifact.
    pub digest: Digest,
    /// The commit it was packed from.
    pub commit: Option<String>,
    /// The environment it came from; `None` if unknown.
    #[serde(with = "crate::config::env_name_or_empty")]
    pub from: Option<EnvName>,
    /// The digest that was verified before it.
    pub previous: Option<Digest>,
    /// Every gate.
    pub gates: Vec<GateRecord>,
    /// The measurements of the watch; `None` without one.
    pub watch: Option<Summary>,
    /// The measurements of the canary; `None` without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary: Option<CanaryWatch>,
    /// The outcome.
    pub outcome: Outcome,
    /// The reason in one line.
    pub reason: String,
    /// SHA-256 of the previous line, 64 hex digits; zeros in the first record.
    pub previous_hash: String,
}

/// The result of checking a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// Valid, by this allowed signer.
    Good(String),
    /// Invalid, or not by an allowed signer, for this reason.
    Bad(String),
    /// The record is unsigned.
    Unsigned,
}
