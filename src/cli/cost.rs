//! `seasense cost`: what environments cost a month, and whether that is within their budgets.

mod show;

use std::{path::PathBuf, process::ExitCode};

use serde::Serialize;
use serde_json::Value;

use super::{Context, json::Json};
use crate::{
    base::{
        event::Event,
        failure::{Context as _, Failure, Kind, Result},
    },
    cloud::cost::{self, Age, Bill, Compared, Verdict},
    config::{Environment, Infrastructure, Prices, Project},
};

/// Arguments of `seasense cost`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Environments to price [default: every one with a file in `infra/scaleway/envs`]
    #[arg(value_name = "ENV")]
    environments: Vec<String>,
    /// Price this plan of OpenTofu, as `tofu show -json` writes it, instead of the environment's layout; - reads standard input
    #[arg(long, value_name = "FILE", conflicts_with = "profiles")]
    plan: Option<PathBuf>,
    /// Compare the profiles of one environment, with what each one gives up
    #[arg(long)]
    profiles: bool,
    /// Hours a month that the nodes run [default: what each environment's layout means them to]
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(0..=744))]
    node_hours: Option<u32>,
    /// Refuse what is over its budget
    #[arg(long, conflicts_with = "profiles")]
    gate: bool,
    /// Allow what is over its budget, and say why
    #[arg(long, value_name = "REASON", requires = "gate")]
    over_budget: Option<String>,
    #[command(flatten)]
    json: Json,
}

/// What is told of one environment.
#[derive(Debug, Serialize)]
struct Priced {
    environment: String,
    profile: String,
    source: &'static str,
    node_hours: u32,
    #[serde(flatten)]
    bill: Bill,
    budget: Budget,
}

#[derive(Debug, Serialize)]
struct Budget {
    limit_eur: u32,
    verdict: &'static str,
    reason: String,
    #[serde(skip)]
    said: Verdict,
}

#[derive(Debug, Serialize)]
struct Report {
    version: u8,
    currency: String,
    environments: Vec<Priced>,
    eur_per_month: f64,
    prices: Option<Age>,
}

#[derive(Debug, Serialize)]
struct Comparison {
    version: u8,
    currency: String,
    environment: String,
    node_hours: u32,
    profiles: Vec<InProfile>,
    prices: Option<Age>,
}

#[derive(Debug, Serialize)]
struct InProfile {
    profile: &'static str,
    what: &'static str,
    gives_up: &'static [&'static str],
    #[serde(flatten)]
    bill: Bill,
    budget: Budget,
}

impl Budget {
    fn new(limit_eur: u32, said: Verdict) -> Self {
        Self { limit_eur, verdict: said.name(), reason: said.reason(), said }
    }
}

/// Prices what was asked for.
pub fn run(context: &Context<'_>, args: &Args) -> Result<ExitCode> {
    let project = context.project()?;
    let prices = Prices::load(&project)?;
    if args.profiles {
        let compared = profiles(&project, &prices, args)?;
        warn(context, compared.prices.as_ref());
        args.json.print(context, &compared, || show::profiles(&compared, context.ui.data_style()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let report = report(&project, &prices, args)?;
    warn(context, report.prices.as_ref());
    args.json.print(context, &report, || show::report(&report, context.ui.data_style()))?;
    if args.gate {
        for one in &report.environments {
            one.budget.said.require(&one.environment, one.budget.limit_eur)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn report(project: &Project, prices: &Prices, args: &Args) -> Result<Report> {
    let plan = args.plan.as_deref().map(read_plan).transpose()?;
    let names =
        if args.environments.is_empty() { Infrastructure::names(project) } else { args.environments.clone() };
    if plan.is_some() && names.len() != 1 {
        return Err(Failure::new(Kind::Usage, "a plan is of one environment")
            .hint("name it: `seasense cost ENV --plan FILE`"));
    }
    let one = |name: &String| priced(project, prices, name, plan.as_ref(), args);
    let environments = names.iter().map(one).collect::<Result<Vec<_>>>()?;
    if environments.is_empty() {
        return Err(Failure::new(Kind::Environment, "there is nothing to price")
            .because("`infra/scaleway/envs` holds no layout"));
    }
    Ok(Report {
        version: 1,
        currency: prices.currency.clone(),
        eur_per_month: cost::total(environments.iter().map(|one| &one.bill)),
        prices: Age::of(environments.iter().map(|one| &one.bill), prices, today()),
        environments,
    })
}

fn priced(
    project: &Project,
    prices: &Prices,
    name: &str,
    plan: Option<&Value>,
    args: &Args,
) -> Result<Priced> {
    let layout = Infrastructure::load(project, name)?;
    let (source, items) = match plan {
        Some(plan) => ("plan", cost::of_plan(plan, &layout, prices)?),
        None => ("layout", cost::of_layout(&layout, prices)),
    };
    let node_hours = args.node_hours.unwrap_or(layout.node_hours);
    let bill = cost::bill(&items, prices, f64::from(node_hours))?;
    let limit = limit(project, name)?;
    let budget = Budget::new(limit, cost::budget(bill.eur_per_month, limit, args.over_budget.as_deref()));
    Ok(Priced { environment: layout.environment, profile: layout.profile, source, node_hours, bill, budget })
}

fn profiles(project: &Project, prices: &Prices, args: &Args) -> Result<Comparison> {
    let name = match args.environments.as_slice() {
        [] => "production",
        [name] => name,
        _ => return Err(Failure::new(Kind::Usage, "profiles are compared for one environment")),
    };
    let layout = Infrastructure::load(project, name)?;
    let limit = limit(project, name)?;
    let node_hours = args.node_hours.unwrap_or(layout.node_hours);
    let compared = cost::compare(&layout, prices, f64::from(node_hours), limit)?;
    Ok(Comparison {
        version: 1,
        currency: prices.currency.clone(),
        environment: name.to_owned(),
        node_hours,
        prices: Age::of(compared.iter().map(|one| &one.bill), prices, today()),
        profiles: compared.into_iter().map(|one| in_profile(one, limit)).collect(),
    })
}

fn in_profile(one: Compared, limit: u32) -> InProfile {
    let Compared { profile, bill, verdict } = one;
    let budget = Budget::new(limit, verdict);
    InProfile { profile: profile.name, what: profile.what, gives_up: profile.gives_up, bill, budget }
}

/// The budget that the environment's file sets, EUR a month; 0 is none.
fn limit(project: &Project, name: &str) -> Result<u32> {
    Ok(*Environment::load(project, name)?.promotion.budget_eur.get_ref())
}

fn read_plan(file: &std::path::Path) -> Result<Value> {
    let text = if file.as_os_str() == "-" {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(file)
    };
    let text = text.with_context(Kind::Usage, || format!("cannot read the plan `{}`", file.display()))?;
    serde_json::from_str(&text)
        .with_context(Kind::Usage, || format!("`{}` is not the JSON of a plan", file.display()))
}

fn today() -> jiff::civil::Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// Says which prices should be looked up again.
fn warn(context: &Context<'_>, age: Option<&Age>) {
    let Some(age) = age.filter(|age| !age.stale.is_empty()) else { return };
    let text = format!(
        "some prices are old ({} days the oldest): look up {} again and give them their new date in `infra/scaleway/prices.toml`",
        age.age_days,
        age.stale.join(", ")
    );
    context.ui.events().emit(Event::Warning { text });
}

#[cfg(test)]
#[path = "cost/tests.rs"]
mod tests;
