//! What others have to say: parity, the budget, reviewers, and the key that signs.

use super::Gate;
use crate::cloud::cost;

pub(super) const PARITY: &str = "parity";
pub(super) const BUDGET: &str = "budget";
pub(super) const APPROVALS: &str = "approvals";
pub(super) const SIGNED: &str = "signed";

/// What a comparison of the two environments has shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parity {
    /// Differences that stand on the reviewed list.
    pub allowed: usize,
    /// Those that do not, in one line each; or why nothing could be compared.
    pub unexplained: Vec<String>,
}

/// Reviewers of the change, as the forge tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Approvals {
    /// Where the change stands.
    pub url: String,
    /// People who approved exactly this change, sorted.
    pub approved: Vec<String>,
    /// People who ask for changes, sorted.
    pub against: Vec<String>,
}

/// Whether records can be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signer {
    /// A trial signature was good; this is who made it.
    Ready(String),
    /// No key is configured.
    Unconfigured,
    /// A key is configured and does not serve; the text says why.
    Unusable(String),
}

/// The environments differ only as they are meant to.
pub fn parity(parity: &Parity) -> Gate {
    match parity.unexplained.as_slice() {
        [] => Gate::passed(PARITY, format!("{} differences, each on the reviewed list", parity.allowed)),
        [one] => Gate::refused(PARITY, one.clone()),
        [first, rest @ ..] => Gate::refused(PARITY, format!("{first}; and {} more", rest.len())),
    }
}

/// The environment's infrastructure costs no more than `limit` EUR a month; 0 means that nothing is limited.
///
/// `monthly` is `None` where the environment costs nothing, and an error where its price is not known. With a reason in
/// `overridden` it may cost more.
pub fn budget(monthly: &Result<Option<f64>, String>, limit: u32, overridden: Option<&str>) -> Gate {
    let monthly = match monthly {
        Err(why) => return Gate::refused(BUDGET, why.clone()),
        Ok(None) => return Gate::skipped(BUDGET, "it costs nothing"),
        Ok(Some(monthly)) => *monthly,
    };
    let told = format!("{monthly:.2} EUR a month of {limit}");
    match cost::budget(monthly, limit, overridden) {
        cost::Verdict::Unlimited => {
            Gate::skipped(BUDGET, format!("no budget is set; {monthly:.2} EUR a month"))
        }
        cost::Verdict::Within { .. } => Gate::passed(BUDGET, told),
        cost::Verdict::Overridden { reason, .. } => {
            Gate::passed(BUDGET, format!("{told}, over it on purpose: {reason}"))
        }
        cost::Verdict::Over { .. } => Gate::refused(BUDGET, told),
    }
}

/// At least `asked` people have approved the change, and nobody asks for another.
///
/// `given` is `None` where no forge is configured.
pub fn approvals(asked: u8, given: Option<&Approvals>) -> Gate {
    if asked == 0 {
        return Gate::skipped(APPROVALS, "none is asked for");
    }
    let Some(given) = given else {
        let told = format!("{asked} asked for, and without a forge (infra/forge.toml) nobody can give one");
        return Gate::refused(APPROVALS, told);
    };
    if !given.against.is_empty() {
        return Gate::refused(
            APPROVALS,
            format!("{} asks for changes: {}", given.against.join(", "), given.url),
        );
    }
    let told = format!("{} of {asked}", given.approved.len());
    if given.approved.len() >= usize::from(asked) {
        return Gate::passed(APPROVALS, format!("{told}: {}", given.approved.join(", ")));
    }
    Gate::refused(APPROVALS, format!("{told}: {}", given.url))
}

/// Records of this environment can be signed; asked of production only, but a key that does not serve is refused everywhere.
pub fn signed(guarded: bool, signer: &Signer) -> Gate {
    match signer {
        Signer::Ready(who) => Gate::passed(SIGNED, format!("by {who}")),
        Signer::Unusable(why) => Gate::refused(SIGNED, why.clone()),
        Signer::Unconfigured if guarded => {
            Gate::refused(SIGNED, "no key is configured, and production takes no unsigned record")
        }
        Signer::Unconfigured => Gate::skipped(SIGNED, "no key is configured: the record will say `unsigned`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promotion::gates::Verdict;

    #[test]
    fn a_difference_that_nobody_reviewed_is_refused() {
        assert!(!parity(&Parity { allowed: 7, unexplained: vec![] }).refuses());
        let two = Parity { allowed: 7, unexplained: vec!["apps: Deployment x".into(), "y".into()] };
        assert_eq!(parity(&two), Gate::refused(PARITY, "apps: Deployment x; and 1 more"));
    }

    #[test]
    fn over_budget_is_refused_unless_somebody_says_why() {
        let gate = |monthly: f64, limit, reason: Option<&str>| budget(&Ok(Some(monthly)), limit, reason);
        assert_eq!(gate(38.9, 50, None), Gate::passed(BUDGET, "38.90 EUR a month of 50"));
        assert_eq!(gate(74.7, 50, None).verdict, Verdict::Refused);
        assert_eq!(gate(74.7, 50, Some("  ")).verdict, Verdict::Refused);
        assert_eq!(gate(f64::NAN, 50, None).verdict, Verdict::Refused);
        let told = "74.70 EUR a month of 50, over it on purpose: a cruise";
        assert_eq!(gate(74.7, 50, Some("a cruise")), Gate::passed(BUDGET, told));
        assert_eq!(gate(74.7, 0, None).verdict, Verdict::Skipped);
        assert_eq!(budget(&Ok(None), 50, None).verdict, Verdict::Skipped);
        assert_eq!(budget(&Err("no price".into()), 50, Some("x")), Gate::refused(BUDGET, "no price"));
    }

    #[test]
    fn approvals_are_counted_and_one_objection_is_enough() {
        assert_eq!(approvals(0, None).verdict, Verdict::Skipped);
        assert_eq!(approvals(1, None).verdict, Verdict::Refused);
        let mut given = Approvals { url: "https://x/1".into(), ..Approvals::default() };
        assert_eq!(approvals(1, Some(&given)), Gate::refused(APPROVALS, "0 of 1: https://x/1"));
        given.approved = vec!["ada".into()];
        assert_eq!(approvals(1, Some(&given)), Gate::passed(APPROVALS, "1 of 1: ada"));
        given.against = vec!["bob".into()];
        assert_eq!(approvals(1, Some(&given)).verdict, Verdict::Refused);
    }

    #[test]
    fn only_production_insists_on_a_signature() {
        assert_eq!(signed(true, &Signer::Unconfigured).verdict, Verdict::Refused);
        assert_eq!(signed(false, &Signer::Unconfigured).verdict, Verdict::Skipped);
        assert_eq!(signed(false, &Signer::Unusable("no such file".into())).verdict, Verdict::Refused);
        assert_eq!(signed(true, &Signer::Ready("ada".into())).verdict, Verdict::Passed);
    }
}
