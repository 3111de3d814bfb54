//! `seasense down`: the environment goes, and it is proved that nothing is left.

use std::process::ExitCode;

use super::{Context, json::Json, lock::LockArgs};
use crate::{
    base::failure::Result,
    local::{
        cluster::{self, RemoveScope, Removed},
        trust::{Entry, TrustStore},
    },
};

/// Arguments of `seasense down`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Stop everything but keep the data: the same as `seasense pause`
    #[arg(long, conflicts_with = "all")]
    keep_data: bool,
    /// Remove the local registry and its network as well, unless another environment uses them
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    lock: LockArgs,
    #[command(flatten)]
    json: Json,
}

/// Removes the environment.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    if args.keep_data {
        return super::pause::run(context, super::pause::Args { lock: args.lock, json: args.json }).await;
    }
    let project = context.project()?;
    let environment = context.environment_here(&project)?;
    let engine = context.engine(&project).await?;
    let cluster = environment.cluster_name();
    let _lock = args.lock.take(&engine, &environment).await?;
    let extent = if args.all { RemoveScope::Everything } else { RemoveScope::Environment };
    let mut removed = cluster::remove(&engine.host(), (environment.instance(), &cluster), extent).await?;
    let trusted = TrustStore::open(&engine.dirs.trust_ledger())?.of(&cluster);
    removed.kept.extend(trusted.iter().map(still_trusted));
    // For people this is news on the screen, and no data.
    args.json.print(context, &removed, String::new)?;
    if !args.json.wanted() {
        context.ui.message(&report(&removed));
    }
    Ok(ExitCode::SUCCESS)
}

/// Trust was given by the person, and is taken back by the person only.
fn still_trusted(entry: &Entry) -> String {
    let (fingerprint, path) = (entry.fingerprint.get(..16).unwrap_or_default(), entry.place.path());
    format!(
        "`{}` trusts its authority {fingerprint}; `seasense trust remove` takes that back",
        path.display()
    )
}

fn report(removed: &Removed) -> String {
    let mut text = String::from(
        "Nothing of the environment is left: no container, no volume, no network, no file outside the cache.\n",
    );
    for kept in &removed.kept {
        text += &format!("  kept: {kept}\n");
    }
    text
}
