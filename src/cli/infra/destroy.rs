//! `seasense infra destroy`: the environment goes, and whatever is left and paid for is told.

use std::process::ExitCode;

use super::{Sure, Target, show};
use crate::{
    cli::{Context, json::Json},
    engine::attached,
    failure::{Failure, Kind, Result},
    infra::{self, Destroyed, InfraContext, Manner},
    k8s::{Client, ClusterHandle},
};

/// Asks, removes, sweeps, and tells what is left; fails where something is that should be gone.
pub(super) async fn run(
    context: &Context<'_>,
    target: &Target,
    sure: Sure,
    manner: Manner,
    json: Json,
) -> Result<ExitCode> {
    let infra = target.context(context)?;
    let name = &target.environment;
    let question = if manner.with_backups {
        format!("Remove `{name}` with its data AND EVERY BACKUP?")
    } else {
        format!("Remove `{name}` with its data? Backups stay.")
    };
    let consent = |summary: &infra::Summary| sure.consent(context, &show::plan(summary), &question);
    let destroyed =
        infra::destroy(&infra, manner, async |text: &str| reach(&infra, text).await, consent).await?;
    attached::forget(&infra.places, name)?;
    json.print(context, &destroyed, String::new)?;
    if !json.wanted() {
        context.ui.say(&text(name, &destroyed));
    }
    if destroyed.survivors.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let count = destroyed.survivors.len();
    Err(Failure::new(Kind::Cluster, format!("{count} things of `{name}` are left, and are paid for"))
        .because("Scaleway did not remove them, or something still uses them")
        .hint(format!(
            "run `seasense infra destroy {name}` again in some minutes; then remove them in the console"
        )))
}

/// The cluster of this kubeconfig. Its authority and its token stand in it, so that no other cluster can answer.
async fn reach(infra: &InfraContext, kubeconfig: &str) -> Result<Client> {
    let name = &infra.wanted.environment;
    let file = attached::write_kubeconfig(&infra.places, name, kubeconfig.as_bytes())?;
    let pin = infra.places.attached(name).join("unpinned");
    let handle = ClusterHandle::attached(&infra.wanted.name(), file, pin)?;
    let uid = Client::connect(&handle).await?.uid().await?;
    Client::connect(&ClusterHandle { uid: Some(uid), ..handle }).await
}

fn text(name: &str, destroyed: &Destroyed) -> String {
    let mut text = format!("`{name}` is gone: {} resources were removed.\n", destroyed.removed);
    if !destroyed.kept.is_empty() {
        text += "Kept on purpose, and paid for:\n";
        text += &show::survivors(&destroyed.kept);
    }
    if !destroyed.survivors.is_empty() {
        text += "LEFT, and paid for:\n";
        text += &show::survivors(&destroyed.survivors);
    }
    text
}
