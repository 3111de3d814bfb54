//! `seasense rollback`: arguments and output.

use std::process::ExitCode;

use super::{
    Context,
    promote::{Common, finish},
};
use crate::{
    base::failure::Result,
    config::Environment,
    promotion::{self, DigestPrefix, RollbackInput},
};

/// Arguments of `seasense rollback`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Environment to roll back: staging, production
    #[arg(value_name = "ENV")]
    target: String,
    /// Verified digest to roll back to, or its first digits as `history` shows them [default: the last one before
    /// the current one]
    #[arg(long, value_name = "DIGEST")]
    to: Option<String>,
    /// Roll back the second cluster on this machine that `promote --rehearse` created
    #[arg(long, conflicts_with = "push")]
    rehearse: bool,
    #[command(flatten)]
    common: Common,
}

/// Rolls back and prints the report.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let to = args.to.as_deref().map(DigestPrefix::parse).transpose()?;
    let project = context.project()?;
    let input = RollbackInput {
        access: args.common.access(),
        environment: Environment::parse_name(&project, &args.target)?,
        to,
        rehearse: args.rehearse,
        push: args.common.push,
    };
    let ended = promotion::rollback(&project, context.ui.events(), input).await?;
    finish(context, args.common.json, ended)
}
