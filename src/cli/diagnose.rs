//! `seasense diagnose`: one file with everything that tells why the environment is as it is, and no secret in it.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use super::Context;
use crate::{
    base::failure::Result,
    config::HostDirs,
    diagnose::{self, Options, Subject},
};

/// How long the collecting may take when a person asks for it.
const LIMIT: Duration = Duration::from_secs(90);

/// Arguments of `seasense diagnose`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// File to write [default: a new one in the cache]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Leave out all logs
    #[arg(long)]
    no_logs: bool,
}

/// Collects the bundle and prints where it is.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let environment = context.environment(&project)?;
    let dirs = HostDirs::from_environment()?;
    // Without a daemon there is still the machine, the lock and the last run to tell of.
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
