//! One record: the shape of a line's signed part.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::promotion::{
    gates::{Gate, Verdict},
    verdict::{Summary, Tried},
};

/// The format of a record.
pub const VERSION: u32 = 1;

/// What somebody wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// A digest from the environment before.
    Promote,
    /// An earlier digest, by hand.
    Rollback,
    /// The last verified digest, by itself, because the new one was worse.
    Restore,
}

impl Action {
    /// Its name in records and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Promote => "promote",
            Self::Rollback => "rollback",
            Self::Restore => "restore",
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The digest runs, and was proved.
    Verified,
    /// It did not become Ready in time, or was worse than the thresholds.
    Failed,
}

impl Outcome {
    /// Its name in records and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Failed => "worse",
        }
    }
}

/// A gate as it stood then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateNote {
    /// Its name.
    pub id: String,
    /// What it said.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
}

impl From<&Gate> for GateNote {
    fn from(gate: &Gate) -> Self {
        Self { id: gate.id.to_owned(), verdict: gate.verdict, reason: gate.reason.clone() }
    }
}

/// What was done to an environment, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// [`VERSION`].
    pub version: u32,
    /// When it ended.
    pub at: Timestamp,
    /// The environment.
    pub environment: String,
    /// What was wanted.
    pub action: Action,
    /// Who wanted it: name and address, as Git knows them.
    pub who: String,
    /// The artifact that was brought.
    pub digest: String,
    /// The commit it was packed from.
    pub commit: Option<String>,
    /// The environment it came from.
    pub from: String,
    /// The digest that was verified before it.
    pub previous: Option<String>,
    /// Every gate.
    pub gates: Vec<GateNote>,
    /// What the watch saw; `None` where it did not come to that.
    pub figures: Option<Summary>,
    /// What was seen before that while it had a share of the requests; `None` where it was given none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary: Option<Tried>,
    /// What came of it.
    pub outcome: Outcome,
    /// Why, in one line for people.
    pub reason: String,
    /// SHA-256 of the line before, 64 hex digits; zeros in the first record.
    pub before: String,
}
