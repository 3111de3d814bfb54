//! `seasense infra destroy`: removes the environment and lists leftover resources.

use std::process::ExitCode;

use super::{ConfirmArgs, Target, show};
use crate::{
    base::failure::Result,
    cli::{Context, json::Json},
    cloud::{self, DestroyOptions, Destroyed},
};

/// Asks for confirmation, removes, and lists leftover resources; fails if there is one.
pub(super) async fn run(
    context: &Context<'_>,
    target: &Target,
    confirm: ConfirmArgs,
    options: DestroyOptions,
    json: Json,
) -> Result<ExitCode> {
    let infra = target.context(context)?;
    let name = &infra.infrastructure.environment;
    let question = if options.with_backups {
        format!("Remove `{name}` with its data AND ALL BACKUPS?")
    } else {
        format!("Remove `{name}` with its data? Backups are kept.")
    };
    let confirm_changes =
        |summary: &cloud::Summary| confirm.require(context, &show::plan(summary), &question);
    let destroyed = cloud::destroy(&infra, options, confirm_changes).await?;
    json.print(context, &destroyed, String::new)?;
    if !json.requested() {
        context.ui.message(&text(name, &destroyed));
    }
    destroyed.require_complete(name)?;
    Ok(ExitCode::SUCCESS)
}

fn text(name: &str, destroyed: &Destroyed) -> String {
    let mut text = format!("`{name}`: {} resources removed.\n", destroyed.removed);
    if !destroyed.kept.is_empty() {
        text += "Kept on purpose, still billed:\n";
        text += &show::leftover_resources(&destroyed.kept);
    }
    if !destroyed.leftover_resources.is_empty() {
        text += "Leftover resources, still billed:\n";
        text += &show::leftover_resources(&destroyed.leftover_resources);
    }
    text
}
