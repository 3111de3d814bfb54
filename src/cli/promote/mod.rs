//! `seasense promote`: arguments and output.

mod render;

use std::{process::ExitCode, time::Duration};

pub use self::render::brief;
use super::{Context, json::Json};
use crate::{
    base::failure::{Failure, Kind, Result},
    config::Environment,
    promotion::{self, Access, PromoteInput, driver::Ended},
    registry::Digest,
};

/// Arguments of `seasense promote`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Environment to promote to: staging, production
    #[arg(value_name = "ENV")]
    target: String,
    /// Digest that must run in the source [default: the one that runs there]
    #[arg(long, value_name = "DIGEST")]
    digest: Option<String>,
    /// Allow a cost above the budget and record this reason
    #[arg(long, value_name = "REASON")]
    over_budget: Option<String>,
    /// Start the new backend as a canary with this share of the API's requests first, 1 to 50
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(1..=50))]
    canary: Option<u8>,
    /// Promote to a second cluster on this machine instead of the environment
    // A rehearsal's branch exists only here.
    #[arg(long, conflicts_with = "push")]
    rehearse: bool,
    /// Wait until the source is Ready and has been so for the soak time
    #[arg(long, conflicts_with = "dry_run")]
    wait_soak: bool,
    /// Keep the rehearsal's cluster, for example to promote to the next environment; a cluster that existed
    /// before is always kept
    #[arg(long, requires = "rehearse")]
    keep: bool,
    #[command(flatten)]
    common: Common,
}

/// Options of `seasense promote` and `seasense rollback`.
#[derive(Debug, clap::Args)]
pub struct Common {
    /// Show the gates and the change of the lock file without changing anything
    #[arg(long)]
    dry_run: bool,
    /// Push the commits to the remote `origin`, if no forge is configured
    #[arg(long)]
    pub push: bool,
    /// Wait up to this many seconds for another run on the environment instead of failing at once
    #[arg(long, value_name = "SECONDS")]
    wait_lock: Option<u64>,
    #[command(flatten)]
    pub json: Json,
}

impl Common {
    /// Returns whether the run may change anything.
    pub fn access(&self) -> Access {
        let wait_lock = self.wait_lock.map(Duration::from_secs);
        if self.dry_run { Access::Read } else { Access::Write { wait_lock } }
    }
}

/// Promotes a digest and prints the report.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let digest = parse_digest(args.digest.as_deref())?;
    let project = context.project()?;
    let input = PromoteInput {
        access: args.common.access(),
        environment: Environment::parse_name(&project, &args.target)?,
        digest,
        over_budget: args.over_budget,
        canary: args.canary,
        rehearse: args.rehearse,
        keep: args.keep,
        wait_soak: args.wait_soak,
        push: args.common.push,
    };
    let ended = Box::pin(promotion::promote(&project, context.ui.events(), input)).await?;
    finish(context, args.common.json, ended)
}

/// Parses the digest of an option. Refuses an invalid one before anything else is done.
pub fn parse_digest(text: Option<&str>) -> Result<Option<Digest>> {
    let parse = |text: &str| {
        text.parse().map_err(|_| {
            Failure::new(Kind::Usage, format!("invalid digest `{text}`"))
                .because("a digest is `sha256:` and 64 hex digits")
                .hint("take `artifact.digest` from `seasense status --json`")
        })
    };
    text.map(parse).transpose()
}

/// Prints the report and returns the failure of the run, if there is one.
pub fn finish(context: &Context<'_>, json: Json, ended: Ended) -> Result<ExitCode> {
    let style = context.ui.data_style();
    json.print(context, &ended.report, || render::report(&ended.report, style))?;
    match ended.failure {
        None => Ok(ExitCode::SUCCESS),
        Some(failure) => Err(failure),
    }
}
