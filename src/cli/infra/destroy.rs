//! `seasense infra destroy`: the environment goes, and whatever is left and paid for is told.

use std::process::ExitCode;

use super::{ConfirmArgs, Target, show};
use crate::{
    base::{
        failure::{Failure, Kind, Result},
        k8s::{Client, ClusterHandle},
    },
    cli::{Context, json::Json},
    cloud::{self, DestroyOptions, Destroyed, InfraContext},
    local::cluster::{attached, kubeconfig},
};

/// Asks, removes, sweeps, and tells what is left; fails where something is that should be gone.
pub(super) async fn run(
    context: &Context<'_>,
    target: &Target,
    sure: ConfirmArgs,
    manner: DestroyOptions,
    json: Json,
) -> Result<ExitCode> {
    let infra = target.context(context)?;
    let name = &target.environment;
    let question = if manner.with_backups {
        format!("Remove `{name}` with its data AND EVERY BACKUP?")
    } else {
        format!("Remove `{name}` with its data? Backups stay.")
    };
    let consent = |summary: &cloud::Summary| sure.consent(context, &show::plan(summary), &question);
    let destroyed =
        cloud::destroy(&infra, manner, async |text: &str| reach(&infra, text).await, consent).await?;
    attached::forget(&infra.dirs, name)?;
    json.print(context, &destroyed, String::new)?;
    if !json.wanted() {
        context.ui.message(&text(name, &destroyed));
    }
    if destroyed.leftover_resources.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let count = destroyed.leftover_resources.len();
    Err(Failure::new(Kind::Cluster, format!("{count} things of `{name}` are left, and are paid for"))
        .because("Scaleway did not remove them, or something still uses them")
        .hint(format!(
            "run `seasense infra destroy {name}` again in some minutes; then remove them in the console"
        )))
}

/// The cluster of this kubeconfig. Its authority and its token stand in it, so that no other cluster can answer.
async fn reach(infra: &InfraContext, text: &str) -> Result<Client> {
    let name = &infra.wanted.environment;
    let file = kubeconfig::write_attached(&infra.dirs, name, text.as_bytes())?;
    let pin = infra.dirs.attached(name).join("unpinned");
    let handle = ClusterHandle::attached(&infra.wanted.name(), file, pin)?;
    let uid = Client::connect(&handle).await?.uid().await?;
    Client::connect(&ClusterHandle { uid: Some(uid), ..handle }).await
}

fn text(name: &str, destroyed: &Destroyed) -> String {
    let mut text = format!("`{name}` is gone: {} resources were removed.\n", destroyed.removed);
    if !destroyed.kept.is_empty() {
        text += "Kept on purpose, and paid for:\n";
        text += &show::leftover_resources(&destroyed.kept);
    }
    if !destroyed.leftover_resources.is_empty() {
        text += "LEFT, and paid for:\n";
        text += &show::leftover_resources(&destroyed.leftover_resources);
    }
    text
}
