//! `seasense ci`: runs a command against an ephemeral environment.

use std::{ffi::OsString, path::PathBuf, process::ExitCode, time::Duration};

use super::{Context, images::Supply};
use crate::{
    base::failure::Result,
    launch::ci::{self, Counts, Request, RunIo},
    ui::{Style, duration},
};

/// Arguments of `seasense ci`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    supply: Supply,
    /// Write a JUnit report: a case for each step, phase, health check, acceptance check and command
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write every event as a line of JSON
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Give up after this time; the reaper removes the environment two minutes later even if this process hangs
    #[arg(long, default_value = "1h", value_name = "TIME", value_parser = crate::cli::duration_argument::parse)]
    ttl: Duration,
    /// Command to run, with `SEASENSE_API_URL`, `SEASENSE_PAGE_URL`, `SEASENSE_CA_FILE`,
    /// `SEASENSE_DATABASE_URL` and `KUBECONFIG` in its environment
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// Runs all stages; the exit code is that of the first one that failed.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let request = Request {
        supply: args.supply.options(),
        junit: args.junit,
        events: args.events,
        ttl: args.ttl,
        command: args.command,
    };
    let io = RunIo {
        load: &|| {
            let project = context.project()?;
            let template = context.template(&project)?;
            Ok((project, template))
        },
        events: context.ui.events(),
        output: &|line| context.ui.data(&format!("{line}\n")),
    };
    let counts = Box::pin(ci::run(&io, &request)).await?;
    context.ui.message(&text(counts, context.ui.style()));
    Ok(ExitCode::SUCCESS)
}

fn text(counts: Counts, style: Style) -> String {
    let Counts { passed, failed, elapsed } = counts;
    let head = style.strong("The environment was verified, used and removed.");
    format!("\n{head}\n  {passed} cases passed, {failed} failed  {}\n", style.dim(&duration(elapsed)))
}
