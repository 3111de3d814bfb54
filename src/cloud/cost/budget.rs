//! Whether a price is within a budget.

use crate::base::failure::{Failure, Kind, Result};

/// What a budget says to a price.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// There is no budget.
    Unlimited,
    /// It is kept.
    Within {
        /// What is left of it, EUR a month.
        left: f64,
    },
    /// It is exceeded, and somebody has said why that may be.
    Overridden {
        /// By how much, EUR a month.
        over: f64,
        /// What they said; whoever acts on it writes it down.
        reason: String,
    },
    /// It is exceeded.
    Over {
        /// By how much, EUR a month.
        over: f64,
    },
}

/// Holds `monthly_eur` against `limit_eur`, 0 being no limit; a reason for going beyond it counts only when it says something.
///
/// A price that is no number is over any limit, and no reason helps.
pub fn budget(monthly_eur: f64, limit_eur: u32, overridden: Option<&str>) -> Verdict {
    let limit = f64::from(limit_eur);
    if !monthly_eur.is_finite() {
        return Verdict::Over { over: f64::INFINITY };
    }
    if limit_eur == 0 {
        return Verdict::Unlimited;
    }
    if monthly_eur <= limit {
        return Verdict::Within { left: limit - monthly_eur };
    }
    let over = monthly_eur - limit;
    match overridden.map(str::trim).filter(|reason| !reason.is_empty()) {
        Some(reason) => Verdict::Overridden { over, reason: reason.to_owned() },
        None => Verdict::Over { over },
    }
}

impl Verdict {
    /// Whether one may go on.
    pub const fn allows(&self) -> bool {
        !matches!(self, Self::Over { .. })
    }

    /// Its name in JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Unlimited => "unlimited",
            Self::Within { .. } => "within",
            Self::Overridden { .. } => "overridden",
            Self::Over { .. } => "over",
        }
    }

    /// One sentence for people, without a full stop.
    pub fn reason(&self) -> String {
        match self {
            Self::Unlimited => "no budget is set".to_owned(),
            Self::Within { left } => format!("{left:.2} EUR a month are left of the budget"),
            Self::Overridden { over, reason } => {
                format!("{over:.2} EUR a month over the budget, allowed because: {reason}")
            }
            Self::Over { over } => format!("{over:.2} EUR a month over the budget"),
        }
    }

    /// Refuses what is over the budget of `environment`, with kind `Promotion`.
    pub fn require(&self, environment: &str, limit_eur: u32) -> Result<()> {
        if self.allows() {
            return Ok(());
        }
        Err(Failure::new(
            Kind::Promotion,
            format!("`{environment}` would cost more than {limit_eur} EUR a month"),
        )
        .because(self.reason())
        .hint("see `seasense cost --profiles` for what costs less")
        .hint("or say `--over-budget REASON`; the reason is recorded"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn over_budget_is_refused_unless_somebody_says_why() {
        assert_eq!(budget(41.5, 50, None), Verdict::Within { left: 8.5 });
        assert_eq!(budget(50.0, 50, None), Verdict::Within { left: 0.0 });
        assert_eq!(budget(75.0, 50, None), Verdict::Over { over: 25.0 });
        assert_eq!(budget(75.0, 50, Some("  ")), Verdict::Over { over: 25.0 });
        let overridden = budget(75.0, 50, Some("a field campaign until May"));
        assert!(overridden.allows());
        assert_eq!(
            overridden.reason(),
            "25.00 EUR a month over the budget, allowed because: a field campaign until May"
        );
        let failure = budget(75.0, 50, None).require("production", 50).unwrap_err();
        assert_eq!(
            (failure.kind, failure.causes),
            (Kind::Promotion, vec!["25.00 EUR a month over the budget".into()])
        );
        assert_eq!(budget(1e9, 0, None), Verdict::Unlimited);
        assert!(!budget(f64::NAN, 50, Some("reason")).allows() && !budget(f64::NAN, 0, None).allows());
    }

    proptest! {
        #[test]
        fn a_lower_price_is_never_refused_where_a_higher_one_is_not(a in 0.0..500.0_f64, more in 0.0..500.0_f64, limit in 0..300_u32) {
            prop_assert!(budget(a, limit, None).allows() || !budget(a + more, limit, None).allows());
        }

        #[test]
        fn a_higher_limit_never_refuses_more(eur in 0.0..500.0_f64, limit in 1..300_u32, more in 0..300_u32) {
            prop_assert!(!budget(eur, limit, None).allows() || budget(eur, limit + more, None).allows());
        }
    }
}
