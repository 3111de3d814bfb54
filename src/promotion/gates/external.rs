//! The gates about evidence from outside the environment: parity, cost, reviewers, and the signing key.

use super::Gate;

pub(super) const PARITY: &str = "parity";
pub(super) const PHASES: &str = "phases";
pub(super) const BUDGET: &str = "budget";
pub(super) const APPROVALS: &str = "approvals";
pub(super) const SIGNED: &str = "signed";

/// The result of comparing the source and the target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parity {
    /// Differences that are on the reviewed list.
    pub allowed: usize,
    /// Other differences, in one line each; or why the comparison failed.
    pub unexplained: Vec<String>,
}

/// The cost of the environment's infrastructure.
#[derive(Debug, Clone, PartialEq)]
pub enum Cost {
    /// It is not billed.
    Free,
    /// The price is not known, for this reason.
    Unknown(String),
    /// It is billed.
    Billed {
        /// EUR per month with as many nodes as may run.
        monthly: f64,
        /// EUR per month with as few nodes as may run.
        least: f64,
        /// The budget in EUR per month.
        limit: u32,
        /// How the cost compares to the budget.
        budget: Budget,
    },
}

/// How a cost compares to a budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Budget {
    /// There is no budget.
    Unlimited,
    /// The cost is within the budget.
    Within,
    /// The cost is above the budget, with this reason.
    Overridden(String),
    /// The cost is above the budget.
    Exceeded,
}

/// The reviews of a change on the forge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Approvals {
    /// The address of the pull request.
    pub url: String,
    /// Reviewers who approved exactly this commit, sorted.
    pub approved: Vec<String>,
    /// Reviewers who request changes, sorted.
    pub against: Vec<String>,
}

/// Whether records can be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signer {
    /// A test signature was valid; this is its signer.
    Ready(String),
    /// No key is configured.
    Unconfigured,
    /// A key is configured but unusable, for this reason.
    Unusable(String),
}

/// Passes if the environments differ only as the reviewed list allows.
pub fn parity(parity: &Parity) -> Gate {
    match parity.unexplained.as_slice() {
        [] => Gate::passed(PARITY, format!("{} differences, all on the reviewed list", parity.allowed)),
        [one] => Gate::refused(PARITY, one.clone()),
        [first, rest @ ..] => Gate::refused(PARITY, format!("{first}; and {} more", rest.len())),
    }
}

/// Passes if no phase is removed whose objects another phase applies, as a rename does.
///
/// `evidence` has one line for each such phase, or the reason why the phases cannot be compared.
pub fn phases(evidence: &Result<Vec<String>, String>) -> Gate {
    match evidence {
        Err(why) => Gate::skipped(PHASES, format!("the phases cannot be compared: {why}")),
        Ok(found) if found.is_empty() => Gate::passed(PHASES, "no phase loses its objects to another one"),
        Ok(found) => Gate::refused(PHASES, found.join(" | ")),
    }
}

/// Passes if the environment's infrastructure costs no more than its budget, or a reason is recorded.
pub fn budget(cost: &Cost) -> Gate {
    let (monthly, least, limit, budget) = match cost {
        Cost::Unknown(why) => return Gate::refused(BUDGET, why.clone()),
        Cost::Free => return Gate::skipped(BUDGET, "it is not billed"),
        Cost::Billed { monthly, least, limit, budget } => (monthly, least, limit, budget),
    };
    let range = if monthly > least {
        format!(" with all nodes that may run, {least:.2} with the fewest")
    } else {
        String::new()
    };
    let text = format!("{monthly:.2} of {limit} EUR a month{range}");
    match budget {
        Budget::Unlimited => {
            Gate::skipped(BUDGET, format!("no budget is set; {monthly:.2} EUR a month{range}"))
        }
        Budget::Within => Gate::passed(BUDGET, text),
        Budget::Overridden(reason) => Gate::passed(BUDGET, format!("{text}, with a reason: {reason}")),
        Budget::Exceeded => Gate::refused(BUDGET, text),
    }
}

/// Passes if at least `required` reviewers have approved the change and none requests changes.
///
/// `given` contains the approvals on the forge; `None` if no forge is configured.
pub fn approvals(required: u8, given: Option<&Approvals>) -> Gate {
    if required == 0 {
        return Gate::skipped(APPROVALS, "none is required");
    }
    let Some(given) = given else {
        let text = format!("{required} required, but no forge is configured (infra/forge.toml)");
        return Gate::refused(APPROVALS, text);
    };
    if !given.against.is_empty() {
        let text = format!("{} requested changes: {}", given.against.join(", "), given.url);
        return Gate::refused(APPROVALS, text);
    }
    let text = format!("{} of {required}", given.approved.len());
    if given.approved.len() >= usize::from(required) {
        return Gate::passed(APPROVALS, format!("{text}: {}", given.approved.join(", ")));
    }
    Gate::refused(APPROVALS, format!("{text}: {}", given.url))
}

/// Passes if records can be signed. Only production requires a key, but an unusable key is refused everywhere.
pub fn signed(guarded: bool, signer: &Signer) -> Gate {
    match signer {
        Signer::Ready(who) => Gate::passed(SIGNED, format!("by {who}")),
        Signer::Unusable(why) => Gate::refused(SIGNED, why.clone()),
        Signer::Unconfigured if guarded => {
            Gate::refused(SIGNED, "no key is configured, and production refuses unsigned records")
        }
        Signer::Unconfigured => Gate::skipped(SIGNED, "no key is configured: the record will be unsigned"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promotion::gates::GateResult;

    #[test]
    fn an_unreviewed_difference_is_refused() {
        assert!(!parity(&Parity { allowed: 7, unexplained: vec![] }).refuses());
        let two = Parity { allowed: 7, unexplained: vec!["apps: Deployment x".into(), "y".into()] };
        assert_eq!(parity(&two), Gate::refused(PARITY, "apps: Deployment x; and 1 more"));
    }

    #[test]
    fn a_renamed_phase_is_refused_with_the_safe_way() {
        assert_eq!(phases(&Ok(vec![])).result, GateResult::Passed);
        assert_eq!(phases(&Err("no such artifact".into())).result, GateResult::Skipped);
        assert_eq!(phases(&Ok(vec!["a".into(), "b".into()])), Gate::refused(PHASES, "a | b"));
    }

    #[test]
    fn a_cost_above_the_budget_is_refused_without_a_reason() {
        let gate =
            |monthly, limit, state| budget(&Cost::Billed { monthly, least: monthly, limit, budget: state });
        let within = gate(38.9, 50, Budget::Within);
        assert_eq!(within, Gate::passed(BUDGET, "38.90 of 50 EUR a month"));
        assert_eq!(gate(74.7, 50, Budget::Exceeded).result, GateResult::Refused);
        let overridden = gate(74.7, 50, Budget::Overridden("a cruise".into()));
        let text = "74.70 of 50 EUR a month, with a reason: a cruise";
        assert_eq!(overridden, Gate::passed(BUDGET, text));
        assert_eq!(gate(74.7, 0, Budget::Unlimited).result, GateResult::Skipped);
        let scaled = Cost::Billed { monthly: 74.7, least: 38.9, limit: 50, budget: Budget::Exceeded };
        let text = "74.70 of 50 EUR a month with all nodes that may run, 38.90 with the fewest";
        assert_eq!(budget(&scaled), Gate::refused(BUDGET, text));
        assert_eq!(budget(&Cost::Free).result, GateResult::Skipped);
        assert_eq!(budget(&Cost::Unknown("no price".into())), Gate::refused(BUDGET, "no price"));
    }

    #[test]
    fn approvals_are_counted_and_one_objection_refuses() {
        assert_eq!(approvals(0, None).result, GateResult::Skipped);
        assert_eq!(approvals(1, None).result, GateResult::Refused);
        let mut given = Approvals { url: "https://x/1".into(), ..Approvals::default() };
        assert_eq!(approvals(1, Some(&given)), Gate::refused(APPROVALS, "0 of 1: https://x/1"));
        given.approved = vec!["ada".into()];
        assert_eq!(approvals(1, Some(&given)), Gate::passed(APPROVALS, "1 of 1: ada"));
        given.against = vec!["bob".into()];
        assert_eq!(approvals(1, Some(&given)).result, GateResult::Refused);
    }

    #[test]
    fn only_production_requires_a_signature() {
        assert_eq!(signed(true, &Signer::Unconfigured).result, GateResult::Refused);
        assert_eq!(signed(false, &Signer::Unconfigured).result, GateResult::Skipped);
        assert_eq!(signed(false, &Signer::Unusable("no such file".into())).result, GateResult::Refused);
        assert_eq!(signed(true, &Signer::Ready("ada".into())).result, GateResult::Passed);
    }
}
