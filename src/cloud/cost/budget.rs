//! Checks a price against a budget.

use crate::{
    base::failure::{Failure, Kind, Result},
    config::EnvName,
};

/// The outcome of checking a price against a budget.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// There is no budget.
    Unlimited,
    /// The price is within the budget.
    Within {
        /// The rest of the budget, EUR per month.
        left: f64,
    },
    /// The price exceeds the budget, which is allowed for a reason.
    Overridden {
        /// The excess, EUR per month.
        over: f64,
        /// The given reason; callers must record it.
        reason: String,
    },
    /// The price exceeds the budget.
    Over {
        /// The excess, EUR per month.
        over: f64,
    },
}

/// Compares `monthly_eur` with `limit_eur`; 0 means no limit. An empty reason does not override the limit.
///
/// A price that is not finite exceeds every limit and cannot be overridden.
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
    /// Whether the price is allowed.
    pub const fn allows(&self) -> bool {
        !matches!(self, Self::Over { .. })
    }

    /// Returns its name in JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Unlimited => "unlimited",
            Self::Within { .. } => "within",
            Self::Overridden { .. } => "overridden",
            Self::Over { .. } => "over",
        }
    }

    /// Describes the outcome.
    pub fn reason(&self) -> String {
        match self {
            Self::Unlimited => "no budget is set".to_owned(),
            Self::Within { left } => format!("{left:.2} EUR per month below the budget"),
            Self::Overridden { over, reason } => {
                format!("{over:.2} EUR per month over the budget, allowed because: {reason}")
            }
            Self::Over { over } => format!("{over:.2} EUR per month over the budget"),
        }
    }

    /// Fails with kind `Promotion` if the price exceeds the budget of `environment`.
    pub fn require(&self, environment: &EnvName, limit_eur: u32) -> Result<()> {
        if self.allows() {
            return Ok(());
        }
        Err(Failure::new(
            Kind::Promotion,
            format!("`{environment}` would cost more than {limit_eur} EUR per month"),
        )
        .because(self.reason())
        .hint("run `seasense cost --profiles` to see cheaper layouts")
        .hint("or pass `--over-budget REASON`; the reason is recorded"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn exceeding_the_budget_needs_a_reason() {
        assert_eq!(budget(41.5, 50, None), Verdict::Within { left: 8.5 });
        assert_eq!(budget(50.0, 50, None), Verdict::Within { left: 0.0 });
        assert_eq!(budget(75.0, 50, None), Verdict::Over { over: 25.0 });
        assert_eq!(budget(75.0, 50, Some("  ")), Verdict::Over { over: 25.0 });
        let overridden = budget(75.0, 50, Some("a field campaign until May"));
        assert!(overridden.allows());
        assert_eq!(
            overridden.reason(),
            "25.00 EUR per month over the budget, allowed because: a field campaign until May"
        );
        let failure = budget(75.0, 50, None).require(&"production".into(), 50).unwrap_err();
        assert_eq!(failure.kind, Kind::Promotion);
        assert_eq!(failure.causes, ["25.00 EUR per month over the budget"]);
        assert_eq!(budget(1e9, 0, None), Verdict::Unlimited);
        assert!(!budget(f64::NAN, 50, Some("reason")).allows() && !budget(f64::NAN, 0, None).allows());
    }

    proptest! {
        #[test]
        fn a_price_below_an_allowed_one_is_allowed(a in 0.0..500.0_f64, more in 0.0..500.0_f64, limit in 0..300_u32) {
            prop_assert!(budget(a, limit, None).allows() || !budget(a + more, limit, None).allows());
        }

        #[test]
        fn a_higher_limit_allows_every_allowed_price(eur in 0.0..500.0_f64, limit in 1..300_u32, more in 0..300_u32) {
            prop_assert!(!budget(eur, limit, None).allows() || budget(eur, limit + more, None).allows());
        }
    }
}
