//! `seasense promote`: the digest that one environment has proved goes to the next.

mod facts;
mod outside;
mod setting;
mod show;
mod target;

use std::{process::ExitCode, time::Duration};

use jiff::Timestamp;

pub use self::{
    setting::{Common, Setting, finish},
    show::brief,
    target::open,
};
use super::Context;
use crate::{
    failure::{Failure, Kind, Result},
    promote::{Order, Target, history::Action, lock::is_digest, until_soaked},
};

/// Between two looks at a source that soaks.
const LOOK: Duration = Duration::from_secs(15);

/// Arguments of `seasense promote`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The environment to promote to: staging, production
    #[arg(value_name = "ENV")]
    target: String,
    /// The digest that must run in the source [default: the one that runs there]
    #[arg(long, value_name = "DIGEST")]
    digest: Option<String>,
    /// Why it may cost more than the budget; recorded
    #[arg(long, value_name = "REASON")]
    over_budget: Option<String>,
    /// Give it this share of the API's requests first, 1 to 50, beside the backend that runs
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(1..=50))]
    canary: Option<u8>,
    /// Use a second real cluster on this machine in the environment's place
    #[arg(long)]
    rehearse: bool,
    /// Wait until the source has run it for the soak time, instead of being refused
    #[arg(long, conflicts_with = "dry_run")]
    wait_soak: bool,
    /// Leave the rehearsal's cluster as it is, to look at it or to go on to the next environment
    #[arg(long, requires = "rehearse")]
    keep: bool,
    #[command(flatten)]
    common: Common,
}

/// Promotes, and tells what came of it.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    check(args.digest.as_deref())?;
    let setting = Setting::open(context, &args.target, args.rehearse, &args.common, "promote").await?;
    let Some(source) = setting.source()? else {
        let told = format!("nothing is promoted to `{}`", setting.environment.name());
        return Err(Failure::new(Kind::Usage, told)
            .because(format!("`promotion.from` of envs/{}.toml names no environment", args.target))
            .hint("`seasense dev` brings the work tree to an environment of this machine"));
    };
    let from = open(&setting.engine, &source, &source).await?;
    let digest = match args.digest {
        Some(digest) => digest,
        None => from.state().await?.digest.ok_or_else(|| {
            Failure::new(
                Kind::Promotion,
                format!("`{}` runs no artifact that could be promoted", source.name()),
            )
            .hint(format!("`seasense status --env {}` tells what is missing there", source.name()))
        })?,
    };
    if args.wait_soak {
        let (needed, events) = (setting.soak(), &setting.engine.events);
        until_soaked(&from, (source.name(), &digest), (needed, LOOK), &Timestamp::now, events).await?;
    }
    if args.rehearse && !args.common.dry_run {
        crate::target::stand(&setting.engine, &setting.environment).await?;
    }
    let target = open(&setting.engine, &setting.environment, &source).await?;
    let order = Order {
        over_budget: args.over_budget,
        canary: args.canary,
        ..setting.order(Action::Promote, source.name(), &digest, args.common.dry_run)
    };
    let witness = facts::Facts { setting: &setting, source: &from, source_environment: &source };
    let ended = setting.drive(&target, &witness, &order).await;
    if args.rehearse && !args.keep && !args.common.dry_run {
        crate::target::tear_down(&setting.engine, &setting.environment).await?;
    }
    finish(context, args.common.json, ended?)
}

/// Refuses what is no digest before anything else is done.
pub fn check(digest: Option<&str>) -> Result<()> {
    match digest.filter(|digest| !is_digest(digest)) {
        None => Ok(()),
        Some(wrong) => Err(Failure::new(Kind::Usage, format!("`{wrong}` is no digest"))
            .because("a digest is `sha256:` and 64 hex digits")
            .hint("`seasense status --json` tells it as `artifact.digest`")),
    }
}
