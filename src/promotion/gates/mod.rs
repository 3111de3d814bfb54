//! The gates: pure functions from what was observed to passed, refused or skipped, each with its reason.

mod canary;
mod content;
mod migrations;
mod outside;
mod source;

use serde::{Deserialize, Serialize};

pub use self::{
    canary::{Beside, ID as CANARY, canary},
    content::{clean_tree, images, policy},
    migrations::{FOLDER as MIGRATIONS, Migration, Migrations, migrations},
    outside::{Approvals, Parity, Signer, approvals, budget, parity, signed},
    source::{Left, left_to_soak, soak, source_ready},
};
use crate::base::failure::{Failure, Kind};

/// What a gate says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It may go on.
    Passed,
    /// It may not.
    Refused,
    /// It does not apply; the reason says why.
    Skipped,
}

/// One gate and what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gate {
    /// Its stable name.
    pub id: &'static str,
    /// What it says.
    pub verdict: Verdict,
    /// Why, in one line for people.
    pub reason: String,
}

impl Gate {
    /// A gate that lets pass.
    pub fn passed(id: &'static str, reason: impl Into<String>) -> Self {
        Self { id, verdict: Verdict::Passed, reason: reason.into() }
    }

    /// A gate that refuses.
    pub fn refused(id: &'static str, reason: impl Into<String>) -> Self {
        Self { id, verdict: Verdict::Refused, reason: reason.into() }
    }

    /// A gate that does not apply.
    pub fn skipped(id: &'static str, reason: impl Into<String>) -> Self {
        Self { id, verdict: Verdict::Skipped, reason: reason.into() }
    }

    /// Whether it refuses.
    pub fn refuses(&self) -> bool {
        self.verdict == Verdict::Refused
    }
}

/// The failure that a refusal is; `None` where every gate lets pass.
pub fn refusal(what: &str, gates: &[Gate]) -> Option<Failure> {
    let refused: Vec<&Gate> = gates.iter().filter(|gate| gate.refuses()).collect();
    let first = refused.first()?;
    let number = match refused.len() {
        1 => format!("the gate `{}` is", first.id),
        more => format!("{more} gates are"),
    };
    let failure = Failure::new(Kind::Promotion, format!("{what} is refused: {number} closed"));
    let failure = refused
        .iter()
        .fold(failure, |failure, gate| failure.because(format!("{}: {}", gate.id, gate.reason)));
    Some(refused.iter().filter_map(|gate| hint(gate.id)).fold(failure, Failure::hint))
}

/// Whether the gate `id` was asked and lets pass.
pub fn opened(gates: &[Gate], id: &str) -> bool {
    gates.iter().any(|gate| gate.id == id && gate.verdict == Verdict::Passed)
}

/// What opens a gate.
fn hint(id: &str) -> Option<&'static str> {
    Some(match id {
        source::READY => {
            "bring the source environment to Ready first: `seasense status --env NAME` says what is missing"
        }
        source::SOAK => "wait, then run this again",
        content::CLEAN => {
            "commit what is changed, run it in the source environment, then promote that digest"
        }
        migrations::ID => {
            "expand first and contract in a later promotion; a file that only contracts says so: `-- seasense: contract, expanded in NNNN`"
        }
        canary::ID => {
            "promote without --canary, or bring the environment to Ready at what was verified there"
        }
        outside::PARITY => {
            "`seasense parity A B` shows each difference; a wanted one is put on the reviewed list with its reason"
        }
        outside::BUDGET => {
            "choose a smaller profile, or say why with `--over-budget REASON`, which is recorded"
        }
        outside::APPROVALS => {
            "have somebody else review and approve it, then run this again: it goes on from there"
        }
        outside::SIGNED => {
            "name an SSH key with SEASENSE_SIGNING_KEY, or in Git with gpg.format ssh and user.signingkey, and list it in envs/allowed_signers"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_every_closed_gate_and_what_opens_it() {
        let gates = [
            Gate::passed("policy", "in order"),
            Gate::refused("soak", "since 2 min, 10 min are asked for"),
            Gate::refused("images", "1 is nowhere"),
        ];
        let failure = refusal("promoting to staging", &gates).unwrap();
        assert_eq!(failure.kind.exit_code(), 60);
        assert_eq!(failure.message, "promoting to staging is refused: 2 gates are closed");
        assert_eq!(failure.causes, ["soak: since 2 min, 10 min are asked for", "images: 1 is nowhere"]);
        assert_eq!(failure.hints, ["wait, then run this again"]);
        assert_eq!(refusal("x", &gates[..1]), None);
    }
}
