//! `seasense pause`: nothing of the environment runs, and nothing of it is lost.

use std::{process::ExitCode, time::Duration};

use jiff::Timestamp;

use super::{Context, json::Json, lock::LockArgs};
use crate::{
    base::{failure::Result, k8s::Client},
    local::{
        LocalContext,
        cluster::{self, Mark, Observed, Paused},
    },
    phases, ui,
};

/// What the cluster runs is told for the person's sake: a cluster that does not answer is paused all the same.
const ASK_LIMIT: Duration = Duration::from_secs(3);

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
    Context::no_rehearsal(&environment)?;
    let engine = context.engine(&project).await?;
    let cluster = environment.cluster_name();
    let _lock = args.lock.take(&engine, &environment).await?;
    let asked = tokio::time::timeout(ASK_LIMIT, digest(&engine, &cluster)).await;
    let mark = Mark { since: Timestamp::now(), digest: asked.ok().and_then(Result::ok).flatten() };
    let paused = cluster::pause(&engine, (environment.instance(), &cluster), mark).await?;
    args.json.print(context, &paused, String::new)?;
    if !args.json.wanted() {
        context.ui.say(&report(&paused));
    }
    Ok(ExitCode::SUCCESS)
}

async fn digest(engine: &LocalContext, cluster: &str) -> Result<Option<String>> {
    if cluster::observe(&engine.docker, &engine.dirs, cluster).await? != Observed::Running {
        return Ok(None);
    }
    phases::current_digest(&Client::connect(&cluster::handle(&engine.dirs, cluster)).await?).await
}

fn report(paused: &Paused) -> String {
    let freed = if paused.stopped.is_empty() {
        format!("`{}` was paused already, since {:.0}.\n", paused.environment, paused.since)
    } else {
        format!("`{}` is paused: {} of memory are free.\n", paused.environment, ui::size(paused.freed))
    };
    let digest = paused.digest.as_deref().unwrap_or("what it ran");
    format!(
        "{freed}  kept: data, certificates and images, in the stopped containers\n  \
         `seasense resume` wakes it at {digest}; `seasense dev` wakes it and applies your checkout\n"
    )
}
