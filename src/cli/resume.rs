//! `seasense resume`: resumes a paused environment and verifies it.

use std::{process::ExitCode, time::Duration};

use super::{Context, json::Json, lock::LockArgs};
use crate::{
    base::{failure::Result, wait::Deadline},
    launch::{guards, resume},
    observe::EnvironmentStatus,
    ui,
};

/// Arguments of `seasense resume`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    lock: LockArgs,
    #[command(flatten)]
    json: Json,
    /// Give up after this many seconds
    #[arg(long, default_value_t = 300, value_name = "SECONDS")]
    timeout: u64,
}

/// Resumes the environment.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let environment = context.environment_here(&project)?;
    guards::refuse_rehearsal(&environment)?;
    let local = context.local(&project).await?;
    let _lock = args.lock.take(&local, &environment).await?;
    let deadline = Deadline::after(Duration::from_secs(args.timeout));
    let status = resume::resume(&local, &environment, deadline).await?;
    args.json.print(context, &status, String::new)?;
    context.ui.message(&text(&status, context.ui.durations().1));
    Ok(ExitCode::SUCCESS)
}

fn text(status: &EnvironmentStatus, took: Duration) -> String {
    let digest = status.artifact.digest.as_deref().unwrap_or_default();
    format!(
        "`{}` is running again after {} and verified.\n  page: {}\n  runs: {digest}\n  readings: {}\n",
        status.environment,
        ui::duration(took),
        status.endpoints.page,
        status.fleet.stored.unwrap_or_default(),
    )
}
