//! `seasense cost`: shows the monthly cost of environments, and whether it is within their budgets.

mod show;
#[cfg(test)]
mod tests;

use std::{path::PathBuf, process::ExitCode};

use serde_json::Value;

use super::{Context, json::Json};
use crate::{
    base::{
        event::Event,
        failure::{Context as _, Kind, Result},
    },
    cloud::cost::{Age, CostReport, ProfileReport, Request},
    config::{Infrastructure, Prices},
};

/// Arguments of `seasense cost`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Environments to price [default: every one with a file in `infra/scaleway/envs`]
    #[arg(value_name = "ENV")]
    environments: Vec<String>,
    /// Price this OpenTofu plan (the output of `tofu show -json`) instead of the layout; - reads standard input
    #[arg(long, value_name = "FILE", conflicts_with = "profiles")]
    plan: Option<PathBuf>,
    /// Compare the profiles of one environment and their trade-offs
    #[arg(long)]
    profiles: bool,
    /// Hours per month that the nodes run [default: `node_hours` of each layout]
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(0..=744))]
    node_hours: Option<u32>,
    /// Fail if an environment exceeds its budget
    #[arg(long, conflicts_with = "profiles")]
    gate: bool,
    /// Allow exceeding the budget for this reason
    #[arg(long, value_name = "REASON", requires = "gate")]
    over_budget: Option<String>,
    #[command(flatten)]
    json: Json,
}

/// Prices environments, or the profiles of one environment.
pub fn run(context: &Context<'_>, args: &Args) -> Result<ExitCode> {
    let project = context.project()?;
    let prices = Prices::load(&project)?;
    let plan = args.plan.as_deref().map(read_plan).transpose()?;
    let named = args.environments.iter().map(|text| Infrastructure::parse_name(&project, text));
    let environments = named.collect::<Result<Vec<_>>>()?;
    let request = Request {
        environments: &environments,
        plan: plan.as_ref(),
        node_hours: args.node_hours,
        over_budget: args.over_budget.as_deref(),
        today: jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date(),
    };
    if args.profiles {
        let report = ProfileReport::of(&project, &prices, request)?;
        warn(context, report.prices.as_ref());
        args.json.print(context, &report, || show::profiles(&report, context.ui.data_style()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let report = CostReport::of(&project, &prices, request)?;
    warn(context, report.prices.as_ref());
    args.json.print(context, &report, || show::report(&report, context.ui.data_style()))?;
    if args.gate {
        report.require_within_budget()?;
    }
    Ok(ExitCode::SUCCESS)
}

fn read_plan(file: &std::path::Path) -> Result<Value> {
    let text = if file.as_os_str() == "-" {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(file)
    };
    let text = text.with_context(Kind::Usage, || format!("cannot read the plan `{}`", file.display()))?;
    serde_json::from_str(&text)
        .with_context(Kind::Usage, || format!("`{}` is not an OpenTofu plan as JSON", file.display()))
}

/// Warns about prices that should be updated.
fn warn(context: &Context<'_>, age: Option<&Age>) {
    let Some(age) = age.filter(|age| !age.stale.is_empty()) else { return };
    let text = format!(
        "some prices are outdated (the oldest is {} days old): update {} in `infra/scaleway/prices.toml` with the current price and date",
        age.age_days,
        age.stale.join(", ")
    );
    context.ui.events().emit(Event::Warning { text });
}
