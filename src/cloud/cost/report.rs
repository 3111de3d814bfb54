//! Cost reports of the environments of a project, and of one environment in every profile.

use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;

use super::{Age, Bill, Compared, Nodes, Verdict, at_most, bill, budget, compare, of_layout, of_plan, total};
use crate::{
    base::failure::{Failure, Kind, Result},
    config::{EnvName, Environment, Infrastructure, Prices, Project},
};

/// The version of the JSON form of a [`CostReport`].
const VERSION: u8 = 2;
/// The version of the JSON form of a [`ProfileReport`].
const PROFILES_VERSION: u8 = 2;
/// The environment whose profiles are compared by default.
const DEFAULT_PROFILED: &str = "production";

/// The request for a cost report.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The names of the environments; empty means all with a layout.
    pub environments: &'a [EnvName],
    /// The OpenTofu plan that is priced instead of the layout of the only environment.
    pub plan: Option<&'a Value>,
    /// Hours per month that the nodes run; `None` means those of each layout.
    pub node_hours: Option<u32>,
    /// The reason why a budget may be exceeded.
    pub over_budget: Option<&'a str>,
    /// The current date, for the age of the prices.
    pub today: Date,
}

/// The cost of environments.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CostReport {
    /// The version of the JSON form.
    pub version: u8,
    /// The currency of the prices.
    pub currency: String,
    /// The cost of each environment.
    pub environments: Vec<EnvironmentCost>,
    /// The sum over all environments.
    pub eur_per_month: f64,
    /// The age of the prices; `None` if nothing was priced.
    pub prices: Option<Age>,
}

/// The cost of one environment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EnvironmentCost {
    /// Its name.
    pub environment: EnvName,
    /// The profile of its layout.
    pub profile: String,
    /// The source of the priced items: `layout` or `plan`.
    pub source: &'static str,
    /// Hours per month that the nodes run.
    pub node_hours: u32,
    /// The priced rows.
    #[serde(flatten)]
    pub bill: Bill,
    /// The price with all nodes that may run, EUR per month; the budget is compared with it.
    pub eur_per_month_at_most: f64,
    /// Its budget.
    pub budget: Budget,
}

/// A budget with the verdict on a price.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Budget {
    /// EUR per month; 0 means no limit.
    pub limit_eur: u32,
    /// The name of the outcome.
    pub verdict: &'static str,
    /// The description of the outcome.
    pub reason: String,
    /// The outcome.
    #[serde(skip)]
    pub outcome: Verdict,
}

/// The cost of one environment in every profile.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProfileReport {
    /// The version of the JSON form.
    pub version: u8,
    /// The currency of the prices.
    pub currency: String,
    /// The environment.
    pub environment: EnvName,
    /// Hours per month that the nodes run.
    pub node_hours: u32,
    /// Each profile, the cheapest first.
    pub profiles: Vec<ProfileCost>,
    /// The age of the prices; `None` if nothing was priced.
    pub prices: Option<Age>,
}

/// The cost of one profile.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProfileCost {
    /// Its name.
    pub profile: &'static str,
    /// Its description.
    pub description: &'static str,
    /// Its disadvantages.
    pub trade_offs: &'static [&'static str],
    /// The priced rows.
    #[serde(flatten)]
    pub bill: Bill,
    /// The budget of the environment.
    pub budget: Budget,
}

impl Budget {
    fn new(limit_eur: u32, outcome: Verdict) -> Self {
        Self { limit_eur, verdict: outcome.name(), reason: outcome.reason(), outcome }
    }
}

impl CostReport {
    /// Prices the environments of `request`.
    pub fn of(project: &Project, prices: &Prices, request: Request<'_>) -> Result<Self> {
        let names = match request.environments {
            [] => Infrastructure::names(project),
            names => names.to_vec(),
        };
        if request.plan.is_some() && names.len() != 1 {
            return Err(Failure::new(Kind::Usage, "`--plan` requires exactly one environment")
                .hint("run `seasense cost ENV --plan FILE`"));
        }
        let one = |name: &EnvName| EnvironmentCost::of(project, prices, name, request);
        let environments = names.iter().map(one).collect::<Result<Vec<_>>>()?;
        if environments.is_empty() {
            return Err(Failure::new(Kind::Environment, "no environment has a layout to price")
                .because("`infra/scaleway/envs` contains no layout"));
        }
        Ok(Self {
            version: VERSION,
            currency: prices.currency.clone(),
            eur_per_month: total(environments.iter().map(|one| &one.bill)),
            prices: Age::of(environments.iter().map(|one| &one.bill), prices, request.today),
            environments,
        })
    }

    /// Fails with kind `Promotion` if an environment exceeds its budget.
    pub fn require_within_budget(&self) -> Result<()> {
        self.environments
            .iter()
            .try_for_each(|one| one.budget.outcome.require(&one.environment, one.budget.limit_eur))
    }
}

impl EnvironmentCost {
    fn of(project: &Project, prices: &Prices, name: &EnvName, request: Request<'_>) -> Result<Self> {
        let layout = Infrastructure::load(project, name)?;
        let items = |nodes| match (request.plan, nodes) {
            (Some(plan), _) => of_plan(plan, &layout, prices, nodes),
            (None, Nodes::Fewest) => Ok(of_layout(&layout, prices)),
            (None, Nodes::Most) => Ok(of_layout(&at_most(&layout), prices)),
        };
        let source = if request.plan.is_some() { "plan" } else { "layout" };
        let node_hours = request.node_hours.unwrap_or(layout.node_hours);
        let billed = |nodes| bill(&items(nodes)?, prices, f64::from(node_hours));
        let (bill, most) = (billed(Nodes::Fewest)?, billed(Nodes::Most)?.eur_per_month);
        let limit = limit(project, name)?;
        let budget = Budget::new(limit, budget(most, limit, request.over_budget));
        Ok(Self {
            environment: layout.environment,
            profile: layout.profile,
            source,
            node_hours,
            bill,
            eur_per_month_at_most: most,
            budget,
        })
    }
}

impl ProfileReport {
    /// Prices the environment of `request` in every profile.
    pub fn of(project: &Project, prices: &Prices, request: Request<'_>) -> Result<Self> {
        let name = match request.environments {
            [] => &Infrastructure::parse_name(project, DEFAULT_PROFILED)?,
            [name] => name,
            _ => return Err(Failure::new(Kind::Usage, "profiles are compared for one environment")),
        };
        let layout = Infrastructure::load(project, name)?;
        let limit = limit(project, name)?;
        let node_hours = request.node_hours.unwrap_or(layout.node_hours);
        let compared = compare(&layout, prices, f64::from(node_hours), limit)?;
        Ok(Self {
            version: PROFILES_VERSION,
            currency: prices.currency.clone(),
            environment: name.clone(),
            node_hours,
            prices: Age::of(compared.iter().map(|one| &one.bill), prices, request.today),
            profiles: compared.into_iter().map(|one| ProfileCost::new(one, limit)).collect(),
        })
    }
}

impl ProfileCost {
    fn new(compared: Compared, limit: u32) -> Self {
        let Compared { profile, bill, verdict } = compared;
        let budget = Budget::new(limit, verdict);
        Self {
            profile: profile.name,
            description: profile.description,
            trade_offs: profile.trade_offs,
            bill,
            budget,
        }
    }
}

/// Returns the budget in the environment file, EUR per month; 0 means no limit.
fn limit(project: &Project, name: &EnvName) -> Result<u32> {
    Ok(*Environment::load(project, name)?.promotion.budget_eur.get_ref())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::cloud::cost::{Profile, from_layout::tests::prices};

    /// The EUR per month that the project can pay for all environments.
    const ALL_EUR: f64 = 50.0;

    fn report(node_hours: Option<u32>) -> CostReport {
        let project = Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let today = jiff::civil::date(2026, 11, 20);
        let request = Request { environments: &[], plan: None, node_hours, over_budget: None, today };
        CostReport::of(&project, prices(), request).unwrap()
    }

    #[test]
    fn every_layout_is_within_its_budget() {
        let report = report(None);
        report.require_within_budget().unwrap();
        for one in &report.environments {
            assert!(Profile::named(&one.profile).is_some(), "{}", one.profile);
        }
    }

    #[test]
    fn all_environments_together_are_within_the_total() {
        let scheduled = report(None);
        assert!(scheduled.eur_per_month <= ALL_EUR, "{:.2} EUR per month", scheduled.eur_per_month);
        let always = report(Some(730));
        let eur = always.eur_per_month;
        assert!(eur > ALL_EUR, "off hours of staging are no longer necessary: {eur:.2}");
        assert!(always.environments.iter().all(|one| one.node_hours == 730));
    }
}
