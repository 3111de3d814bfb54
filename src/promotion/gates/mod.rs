//! The gates: pure functions from evidence to passed, refused or skipped, each with its reason.

mod canary;
mod content;
mod external;
mod migrations;
mod secrets;
mod source;

use serde::{Deserialize, Serialize};

pub use self::{
    canary::{CanaryEvidence, ID as CANARY, canary},
    content::{clean_tree, images, policy},
    external::{Approvals, Budget, Cost, Parity, Signer, approvals, budget, parity, phases, signed},
    migrations::{FOLDER as MIGRATIONS, Migration, Migrations, migrations, readings_may_change},
    secrets::{SecretsEvidence, secrets},
    source::{RemainingSoak, remaining_soak, soak, source_ready},
};
use crate::base::failure::{Failure, Kind};

/// The result of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateResult {
    /// The requirement is met.
    Passed,
    /// The requirement is not met.
    Refused,
    /// The gate does not apply; the reason says why.
    Skipped,
}

impl GateResult {
    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Refused => "refused",
            Self::Skipped => "skipped",
        }
    }
}

/// One evaluated gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gate {
    /// Its stable name.
    pub id: &'static str,
    /// Its result.
    pub result: GateResult,
    /// The reason in one line.
    pub reason: String,
}

impl Gate {
    /// Returns a gate that passed.
    pub fn passed(id: &'static str, reason: impl Into<String>) -> Self {
        Self { id, result: GateResult::Passed, reason: reason.into() }
    }

    /// Returns a gate that refuses.
    pub fn refused(id: &'static str, reason: impl Into<String>) -> Self {
        Self { id, result: GateResult::Refused, reason: reason.into() }
    }

    /// Returns a gate that does not apply.
    pub fn skipped(id: &'static str, reason: impl Into<String>) -> Self {
        Self { id, result: GateResult::Skipped, reason: reason.into() }
    }

    /// Returns whether it refuses.
    pub fn refuses(&self) -> bool {
        self.result == GateResult::Refused
    }
}

/// Returns the failure for the gates that refuse; `None` if none does.
pub fn refusal(what: &str, gates: &[Gate]) -> Option<Failure> {
    let refused: Vec<&Gate> = gates.iter().filter(|gate| gate.refuses()).collect();
    let first = refused.first()?;
    let failure = match refused.len() {
        1 => Failure::new(Kind::Promotion, format!("{what} is refused by the gate `{}`", first.id)),
        more => Failure::new(Kind::Promotion, format!("{what} is refused by {more} gates")),
    };
    let failure = refused
        .iter()
        .fold(failure, |failure, gate| failure.because(format!("{}: {}", gate.id, gate.reason)));
    Some(refused.iter().filter_map(|gate| hint(gate.id)).fold(failure, Failure::hint))
}

/// Returns whether the gate `id` was evaluated and passed.
pub fn has_passed(gates: &[Gate], id: &str) -> bool {
    gates.iter().any(|gate| gate.id == id && gate.result == GateResult::Passed)
}

/// Returns the next step for a gate that refuses.
fn hint(id: &str) -> Option<&'static str> {
    Some(match id {
        source::READY => "make the source environment Ready first: see `seasense status --env NAME`",
        source::SOAK => "wait, then run this again",
        content::CLEAN_TREE => {
            "commit the changes, run the commit in the source environment, then promote that digest"
        }
        migrations::ID => {
            "expand first and contract in a later promotion, marked `-- seasense: contract, expanded in NNNN`; a statement that a person has checked gets a reason in the line before it: `-- seasense: accepted, REASON`, or `-- seasense: changes readings, REASON`"
        }
        secrets::ID => {
            "name a file with both age keys, the new and the old one, in SEASENSE_AGE_KEY_FILE (docs/operating/rotate-a-key.md)"
        }
        canary::ID => "promote without --canary, or make the environment Ready at its verified digest",
        external::PARITY => {
            "see the differences with `seasense parity A B`; add intended ones to envs/differences.toml with a reason"
        }
        external::BUDGET => "choose a smaller profile, or record a reason with `--over-budget REASON`",
        external::APPROVALS => "have another person review and approve it, then run this again to continue",
        external::SIGNED => {
            "name an SSH key with SEASENSE_SIGNING_KEY, or in Git with gpg.format ssh and user.signingkey, and list it in envs/allowed_signers"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_every_gate_that_refuses_and_the_next_step() {
        let gates = [
            Gate::passed("policy", "valid"),
            Gate::refused("soak", "Ready for 2 min, 10 min are required"),
            Gate::refused("images", "1 is unavailable"),
        ];
        let failure = refusal("promoting to staging", &gates).unwrap();
        assert_eq!(failure.kind.exit_code(), 60);
        assert_eq!(failure.message, "promoting to staging is refused by 2 gates");
        assert_eq!(
            failure.causes,
            ["soak: Ready for 2 min, 10 min are required", "images: 1 is unavailable"]
        );
        assert_eq!(failure.hints, ["wait, then run this again"]);
        assert_eq!(refusal("x", &gates[..1]), None);
        let one = refusal("promoting to staging", &gates[..2]).unwrap();
        assert_eq!(one.message, "promoting to staging is refused by the gate `soak`");
    }
}
