//! Prices an environment's infrastructure and compares it with the budget.

use crate::{
    base::failure::Result,
    cloud::cost,
    config::{EngineKind, EnvName, Environment, Infrastructure, Prices, Project},
    promotion::gates::{Budget, Cost},
};

/// Returns the cost of `environment`. Only infrastructure at a cloud provider is billed.
pub fn of(project: &Project, environment: &Environment, over_budget: Option<&str>) -> Cost {
    match environment.cluster.engine {
        EngineKind::Kind | EngineKind::Kubeconfig => Cost::Free,
        EngineKind::Scaleway => match monthly(project, environment.name()) {
            Ok((least, most)) => {
                compare((least, most), *environment.promotion.budget_eur.get_ref(), over_budget)
            }
            Err(failure) => Cost::Unknown(failure.message),
        },
    }
}

/// Returns the price with the fewest nodes and with all nodes that may run.
fn monthly(project: &Project, name: &EnvName) -> Result<(f64, f64)> {
    let (layout, prices) = (Infrastructure::load(project, name)?, Prices::load(project)?);
    let price = |layout: &Infrastructure| cost::monthly(&cost::of_layout(layout, &prices), layout, &prices);
    Ok((price(&layout)?, price(&cost::at_most(&layout))?))
}

/// Compares the highest price with the budget; 0 means no budget. With a reason, the price may exceed it.
fn compare((least, monthly): (f64, f64), limit: u32, over_budget: Option<&str>) -> Cost {
    let budget = match cost::budget(monthly, limit, over_budget) {
        cost::Verdict::Unlimited => Budget::Unlimited,
        cost::Verdict::Within { .. } => Budget::Within,
        cost::Verdict::Overridden { reason, .. } => Budget::Overridden(reason),
        cost::Verdict::Over { .. } => Budget::Exceeded,
    };
    Cost::Billed { monthly, least, limit, budget }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promotion::gates;

    #[test]
    fn only_a_reason_with_text_allows_a_cost_above_the_budget() {
        let refuses =
            |monthly, limit, reason| gates::budget(&compare((0.0, monthly), limit, reason)).refuses();
        assert!(!refuses(38.9, 50, None));
        assert!(refuses(74.7, 50, None));
        assert!(refuses(74.7, 50, Some("  ")));
        assert!(refuses(f64::NAN, 50, None));
        assert!(!refuses(74.7, 50, Some("a cruise")));
        assert!(!refuses(74.7, 0, None));
    }
}
