//! `seasense render`: prints the objects that Flux applies, or only checks the tree.

use std::process::ExitCode;

use super::{Context, images::Supply};
use crate::{
    artifact::{self, ApiValidation, CheckInput, FluxBuild, Tree, Upstream},
    base::{event::Event, failure::Result},
    config::HostDirs,
    images,
};

/// Arguments of `seasense render`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    supply: Supply,
    /// Print the files of the artifact, without building them
    #[arg(long)]
    raw: bool,
    /// Only check the tree, for every environment; needs no images
    #[arg(long, conflicts_with = "raw")]
    check: bool,
}

/// Prints the objects of every phase as one YAML stream.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let environment = context.environment(&project)?;
    let dirs = HostDirs::from_environment()?;
    let input = CheckInput::read(&project, &dirs, Tree::read(&project).await?)?;
    input.require_known_images()?;
    let flux = FluxBuild::prepare(&project, &dirs, context.ui.events()).await?;
    if args.check {
        let validation = ApiValidation::on_demand(&project, &dirs, context.ui.events());
        return check(context, &input, (&flux, &validation)).await;
    }
    let lock = images::locked(&dirs, args.supply.mode())?;
    let upstream = Upstream::load(&lock, &images::manifests_folder(&dirs, &lock))?;
    let rendered = artifact::render(input.tree(), &lock, &upstream, &flux).await?;
    if args.raw {
        context.ui.data(&rendered.to_text());
        return Ok(ExitCode::SUCCESS);
    }
    context.ui.data(&artifact::phases_text(&rendered.files, &environment.to_variables(), &flux).await?);
    Ok(ExitCode::SUCCESS)
}

/// Fails with every problem of the tree.
async fn check(
    context: &Context<'_>,
    input: &CheckInput,
    (flux, validation): (&FluxBuild, &ApiValidation),
) -> Result<ExitCode> {
    let problems = artifact::check(input, flux, Some(validation)).await?;
    if !input.is_complete() {
        let text = "the upstream manifests are not built yet, so the phases that use them are not checked \
                    (`seasense images build` builds them)";
        context.ui.events().emit(Event::Warning { text: text.to_owned() });
    }
    if let Some(failure) = artifact::combined(problems) {
        return Err(failure);
    }
    context.ui.message("The tree is valid.\n");
    Ok(ExitCode::SUCCESS)
}
