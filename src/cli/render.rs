//! `seasense render`: prints the tree as Flux receives it.

use std::process::ExitCode;

use super::{Context, images::Supply};
use crate::{
    artifact::{self, Tree, Upstream},
    base::failure::Result,
    config::HostDirs,
    images,
};

/// Arguments of `seasense render`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    supply: Supply,
    /// Do not substitute the environment's variables
    #[arg(long)]
    raw: bool,
    /// Only check the tree; needs no images
    #[arg(long)]
    check: bool,
}

/// Prints every file as one YAML stream.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let environment = context.environment(&project)?;
    let tree = Tree::read(&project).await?;
    artifact::validate(&tree)?;
    if args.check {
        context.ui.message("The tree is valid.\n");
        return Ok(ExitCode::SUCCESS);
    }
    let dirs = HostDirs::from_environment()?;
    let lock = images::locked(&dirs, args.supply.mode())?;
    let upstream = Upstream::load(&lock, &images::manifests_folder(&dirs, &lock))?;
    let rendered = artifact::render(&tree, &lock, &upstream)?;
    let variables = (!args.raw).then(|| environment.to_variables());
    context.ui.data(&rendered.to_text(variables.as_ref())?);
    Ok(ExitCode::SUCCESS)
}
