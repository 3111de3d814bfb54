//! `seasense diagnose`: collects a diagnostics bundle without secrets.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use super::Context;
use crate::{
    base::failure::Result,
    config::HostDirs,
    diagnose::{self, Options, Subject},
};

/// The time limit on request; after a failed run it is shorter.
const LIMIT: Duration = Duration::from_secs(90);

/// Arguments of `seasense diagnose`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// File to write [default: a new file in the cache]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Leave out all logs
    #[arg(long)]
    no_logs: bool,
}

/// Collects the bundle and prints its path.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let environment = context.environment(&project)?;
    let dirs = HostDirs::from_environment()?;
    // Without a daemon the bundle still has the machine, the supply lock and the last run.
    let docker = context.docker().await.ok();
    let subject = Subject {
        project: &project,
        environment: &environment,
        dirs: &dirs,
        docker: docker.as_ref(),
        events: context.ui.events(),
    };
    let at = jiff::Timestamp::now();
    let options = Options { out: args.out, logs: !args.no_logs, limit: LIMIT, failure: None, at };
    let file = diagnose::collect(subject, &options).await?;
    context.ui.data(&format!("{}\n", file.display()));
    Ok(ExitCode::SUCCESS)
}
