//! `seasense infra apply`: the infrastructure becomes what its modules say, and Flux follows the environment's digest.

use std::process::ExitCode;

use super::{ConfirmArgs, Target, handover, show};
use crate::{
    base::failure::Result,
    cli::{Context, json::Json},
    cloud::{self, Applied},
    local::cluster::kubeconfig,
};

/// Plans, asks, applies, leaves the kubeconfig in the private folder, and hands over to Flux.
pub(super) async fn run(
    context: &Context<'_>,
    target: &Target,
    sure: ConfirmArgs,
    json: Json,
) -> Result<ExitCode> {
    let infra = target.context(context)?;
    let question = format!("Do it to `{}`?", target.environment);
    let consent = |planned: &cloud::Planned<'_>| {
        let eur_per_month = super::price(&infra, &planned.for_others)?;
        sure.consent(context, &show::priced(&planned.summary, eur_per_month), &question)
    };
    let applied = cloud::apply(&infra, consent).await?;
    if let Some(text) = &applied.kubeconfig {
        kubeconfig::write_attached(&infra.dirs, &target.environment, text.reveal().as_bytes())?;
    }
    handover::run(context, &infra).await?;
    json.print(context, &applied, String::new)?;
    if !json.wanted() {
        context.ui.message(&text(&target.environment, &applied));
    }
    Ok(ExitCode::SUCCESS)
}

fn text(environment: &str, applied: &Applied) -> String {
    let mut text = match applied.changed {
        0 => format!("`{environment}` is as it should be; nothing was changed.\n"),
        count => format!("`{environment}` stands; {count} resources were changed.\n"),
    };
    text += &format!("  images go to  {}\n", applied.registry);
    for record in &applied.dns {
        text += &format!("  its name      {} {} {}\n", record.name, record.kind, record.content);
    }
    text
}
