//! `seasense dev`: the environment comes up, or up to date, and is proved to work.

mod prepare;
mod raise;
mod summary;
mod watch;

use std::{process::ExitCode, time::Duration};

use serde_json::json;

use super::{Context, images::Supply, json::Json, lock::LockArgs};
use crate::{
    engine::{self, EngineContext, preflight},
    event::Event,
    failure::Result,
    k8s::Deadline,
    observe::{self, Observer, Snapshot},
    plan::{self, Plan},
    watch::Watcher,
};

/// Arguments of `seasense dev`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    supply: Supply,
    #[command(flatten)]
    lock: LockArgs,
    /// Print what would be done, and do nothing to the cluster
    #[arg(long)]
    dry_run: bool,
    /// With `--dry-run`, print the plan as JSON for programs, as `docs/schemas` describes it
    #[arg(long, requires = "dry_run")]
    json: bool,
    /// Go on: apply what changes in the checkout as soon as it is saved, until Ctrl-C
    #[arg(long, conflicts_with = "dry_run")]
    watch: bool,
    /// Give up waiting for the platform after this many seconds
    #[arg(long, default_value_t = 900, value_name = "SECONDS")]
    timeout: u64,
}

/// Brings the environment up.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let environment =
        if args.dry_run { context.environment(&project)? } else { context.claimed(&project).await? };
    let wanted = prepare::inputs(&project, &environment).await?;
    let engine = context.engine(&project).await?;
    let _lock = args.lock.take(&engine, &environment).await?;
    for finding in preflight::require(&engine, &environment).await? {
        if finding.level == preflight::Level::Warning {
            engine.events.emit(Event::Warning { text: format!("{}: {}", finding.id, finding.text) });
        }
    }
    let platform = prepare::platform(&engine, &environment, wanted, &args.supply).await?;
    let observer = Observer { environment: &environment, places: &engine.places, docker: &engine.docker };
    let before = observe::snapshot(observer).await;
    // From here on nothing that is saved goes unseen.
    let watcher = args.watch.then(|| Watcher::start(&project, environment.name())).transpose()?;
    let plan = plan(&engine, &before, &platform).await?;
    if args.dry_run {
        let report = json!({ "version": 1, "steps": plan });
        Json::when(args.json).print(context, &report, || plan.to_string())?;
        return Ok(ExitCode::SUCCESS);
    }
    let deadline = Deadline::after(Duration::from_secs(args.timeout));
    let public = raise::raise(&engine, &platform, &plan, deadline).await?;
    let proved = observe::prove(observer, &public, deadline, &engine.events).await?;
    context.ui.say(&summary::text(&proved, &environment, &context.ui.took(), context.ui.style()));
    match watcher {
        // The watch's state is large, and a plain run has none.
        Some(watcher) => Box::pin(watch::run(context, &engine, platform, &args, watcher)).await,
        None => Ok(ExitCode::SUCCESS),
    }
}

async fn plan(engine: &EngineContext, before: &Snapshot, platform: &prepare::Platform<'_>) -> Result<Plan> {
    let name = platform.environment.cluster_name();
    let cluster = match engine::observe(&engine.docker, &engine.places, &name).await? {
        engine::Observed::Absent => plan::Cluster::Absent,
        engine::Observed::Foreign { container } => return Err(engine::foreign(&name, &container)),
        engine::Observed::Partial { reason } => plan::Cluster::Partial(reason),
        engine::Observed::Stopped => plan::Cluster::Stopped,
        engine::Observed::Running => plan::Cluster::Running {
            digest: before.artifact.digest.clone(),
            ready: before.phases.iter().all(|phase| phase.ready) && !before.phases.is_empty(),
        },
    };
    let desired = plan::Desired {
        digest: platform.packed.digest.clone(),
        buoys: *platform.environment.fleet.buoys.get_ref(),
    };
    let fleet = if before.fleet.running { plan::Fleet::Current } else { plan::Fleet::Absent };
    Ok(plan::build(&desired, &plan::Observed { cluster, fleet }))
}
