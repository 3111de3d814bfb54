//! `seasense infra apply`: applies the modules, then deploys the digest of the environment's lock file.

use std::process::ExitCode;

use super::{ConfirmArgs, Target, show};
use crate::{
    base::{event::Event, failure::Result},
    cli::{Context, json::Json},
    cloud::{self, Applied, ChangePlan},
    promotion::environment::deploy_locked,
};

/// Plans, asks for confirmation, applies, and deploys.
pub(super) async fn run(
    context: &Context<'_>,
    target: &Target,
    confirm: ConfirmArgs,
    json: Json,
) -> Result<ExitCode> {
    let infra = target.context(context)?;
    let name = &infra.infrastructure.environment;
    let question = format!("Apply these changes to `{name}`?");
    let confirm_changes = |plan: &ChangePlan<'_>| {
        let text = show::priced(&plan.summary, plan.eur_per_month(&infra)?);
        confirm.require(context, &text, &question)
    };
    let applied = cloud::apply(&infra, confirm_changes).await?;
    if deploy_locked(&infra.project, name, async || context.local(&infra.project).await).await?.is_none() {
        let text = format!("no digest was promoted to `{name}` yet: run `seasense promote {name}`");
        context.ui.events().emit(Event::Notice { text });
    }
    json.print(context, &applied, String::new)?;
    if !json.requested() {
        context.ui.message(&text(name, &applied));
    }
    Ok(ExitCode::SUCCESS)
}

fn text(environment: &str, applied: &Applied) -> String {
    let mut text = match applied.changed {
        0 => format!("`{environment}` is up to date.\n"),
        count => format!("`{environment}` is up to date: {count} resources changed.\n"),
    };
    text += &format!("  registry    {}\n", applied.registry);
    for record in &applied.dns {
        text += &format!("  DNS record  {} {} {}\n", record.name, record.kind, record.content);
    }
    text
}
