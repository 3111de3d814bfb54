//! `seasense down`: removes the environment and checks that nothing is left.

use std::process::ExitCode;

use super::{Context, json::Json, lock::LockArgs};
use crate::{
    base::failure::Result,
    local::{
        cluster::{self, RemoveScope, Removed},
        trust::{Entry, TrustRecord},
    },
};

/// Arguments of `seasense down`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Stop everything and keep the data: the same as `seasense pause`
    #[arg(long, conflicts_with = "all")]
    keep_data: bool,
    /// Remove also the local registry and its network, unless another environment uses them
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
    let local = context.local(&project).await?;
    let cluster = environment.cluster_name();
    let _lock = args.lock.take(&local, &environment).await?;
    let scope = if args.all { RemoveScope::Everything } else { RemoveScope::Environment };
    let mut removed = cluster::remove(&local.host(), (environment.instance(), &cluster), scope).await?;
    let trusted = TrustRecord::open(&local.dirs.trust_record())?.of(&cluster);
    removed.kept.extend(trusted.iter().map(still_trusted));
    // Without `--json` the result is a message, not data.
    args.json.print(context, &removed, String::new)?;
    if !args.json.requested() {
        context.ui.message(&report(&removed));
    }
    Ok(ExitCode::SUCCESS)
}

/// The user installed the trust, so only the user removes it.
fn still_trusted(entry: &Entry) -> String {
    let (fingerprint, path) = (entry.fingerprint.get(..16).unwrap_or_default(), entry.location.path());
    format!("`{}` trusts its authority {fingerprint}; `seasense trust remove` removes it", path.display())
}

fn report(removed: &Removed) -> String {
    let mut text = String::from(
        "The environment is removed: no container, volume, network or file outside the cache is left.\n",
    );
    for kept in &removed.kept {
        text += &format!("  kept: {kept}\n");
    }
    text
}
