//! `seasense pause`: stops everything of the environment and keeps its data.

use std::process::ExitCode;

use super::{Context, json::Json, lock::LockArgs};
use crate::{
    base::failure::Result,
    launch::{guards, pause},
    local::cluster::Paused,
    ui,
};

/// Arguments of `seasense pause`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub lock: LockArgs,
    #[command(flatten)]
    pub json: Json,
}

/// Pauses the environment.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let environment = context.environment_here(&project)?;
    guards::refuse_rehearsal(&environment)?;
    let local = context.local(&project).await?;
    let _lock = args.lock.take(&local, &environment).await?;
    let paused = pause::pause(&local, &environment).await?;
    args.json.print(context, &paused, String::new)?;
    if !args.json.requested() {
        context.ui.message(&text(&paused));
    }
    Ok(ExitCode::SUCCESS)
}

fn text(paused: &Paused) -> String {
    let freed = if paused.stopped.is_empty() {
        format!("`{}` has already been paused since {:.0}.\n", paused.environment, paused.since)
    } else {
        format!("`{}` is paused; {} of memory are free.\n", paused.environment, ui::size(paused.freed))
    };
    let digest = paused.digest.as_deref().unwrap_or("the same artifact");
    format!(
        "{freed}  kept: data, certificates and images, in the stopped containers\n  \
         `seasense resume` starts it again at {digest}; `seasense dev` starts it and applies your checkout\n"
    )
}
