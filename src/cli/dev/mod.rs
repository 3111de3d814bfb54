//! `seasense dev`: the environment comes up, or up to date, and is proved to work.

pub(super) mod prepare;
pub(super) mod raise;
mod record;
mod summary;
mod watch;

use std::{process::ExitCode, time::Duration};

use serde_json::json;

use self::record::{Record, is_of_platform};
use super::{Context, images::Supply, json::Json, lock::LockArgs};
use crate::{
    base::{failure::Result, wait::Deadline},
    config::Environment,
    launch::{
        plan::{self, Plan},
        watch::Watcher,
    },
    local::{
        LocalContext,
        cluster::{self, Lock},
        doctor,
        leases::Lease,
    },
    observe::{self, Observer, Snapshot},
};

/// Arguments of `seasense dev`.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
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
    /// Remove the cluster first, with its data, and make it anew
    #[arg(long)]
    recreate: bool,
    /// Go on: apply what changes in the checkout as soon as it is saved, until Ctrl-C
    #[arg(long, conflicts_with = "dry_run")]
    watch: bool,
    /// Give up waiting for the platform after this many seconds
    #[arg(long, default_value_t = 900, value_name = "SECONDS")]
    timeout: u64,
    /// Remove the environment after this time, for example `8h`, whatever runs then; a later run may set it anew
    #[arg(long, value_name = "TIME", value_parser = super::span::parse)]
    ttl: Option<Duration>,
}

/// Brings the environment up.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let looked = context.environment_here(&project)?;
    Context::no_rehearsal(&looked)?;
    // What is wrong in the checkout is told before anything is written anywhere.
    let wanted = prepare::inputs(&project, &looked).await?;
    let engine = context.engine(&project).await?;
    if args.dry_run {
        return attempt(context, &args, (engine, &looked, wanted), &mut None)
            .await
            .map(|_| ExitCode::SUCCESS);
    }
    let environment = context.claimed(&project).await?;
    let record = Record::begin(context, &project, &environment)?;
    let mut plan = None;
    let result = attempt(context, &args, (engine, &environment, wanted), &mut plan).await;
    record.write(plan.as_ref(), &result);
    match result {
        Err(failure) if is_of_platform(failure.kind) => Ok(record.diagnose(&failure).await),
        Err(failure) => Err(failure),
        Ok(None) => Ok(ExitCode::SUCCESS),
        // The watch's state is large, and a plain run has none.
        Ok(Some(ahead)) => {
            Box::pin(watch::run(context, &ahead.engine, ahead.platform, &args, ahead.watcher)).await
        }
    }
}

/// What a watch goes on with; the lock is held as long as it goes.
struct Ahead<'a> {
    engine: LocalContext,
    platform: prepare::Platform<'a>,
    watcher: Watcher,
    _lock: Lock,
}

/// Does all of it, and leaves the plan behind once there is one. Gives what a watch goes on with, where one is wanted.
async fn attempt<'a>(
    context: &Context<'_>,
    args: &Args,
    (engine, environment, wanted): (LocalContext, &'a Environment, prepare::Inputs),
    made: &mut Option<Plan>,
) -> Result<Option<Ahead<'a>>> {
    let lock = args.lock.take(&engine, environment).await?;
    doctor::require(&engine, environment).await?;
    let platform = prepare::platform(&engine, environment, wanted, &args.supply).await?;
    if args.recreate && !args.dry_run {
        cluster::discard(&engine, environment).await?;
    }
    let observer = Observer { environment, dirs: &engine.dirs, docker: Some(&engine.docker) };
    let before = observe::snapshot(observer).await;
    // From here on nothing that is saved goes unseen.
    let watcher = args.watch.then(|| Watcher::start(&engine.project, environment.name())).transpose()?;
    let plan = made.insert(plan(&engine, &before, &platform).await?);
    if args.dry_run {
        let report = json!({ "version": 1, "steps": plan });
        Json::when(args.json).print(context, &report, || plan.to_string())?;
        return Ok(None);
    }
    if let Some(ttl) = args.ttl {
        let now = jiff::Timestamp::now();
        let lease = Lease::new(&engine, None, ttl, now);
        lease.write(&engine, environment, now)?;
        crate::local::leases::reaper::ensure(&engine, environment, &lease, &platform.reaper_image).await?;
    }
    let deadline = Deadline::after(Duration::from_secs(args.timeout));
    let public = raise::raise(&engine, &platform, plan, deadline).await?;
    let proved = observe::prove(observer, &public, deadline, &engine.events).await?;
    context.ui.say(&summary::text(&proved, environment, &context.ui.took(), context.ui.style()));
    Ok(watcher.map(|watcher| Ahead { engine, platform, watcher, _lock: lock }))
}

async fn plan(engine: &LocalContext, before: &Snapshot, platform: &prepare::Platform<'_>) -> Result<Plan> {
    let name = platform.environment.cluster_name();
    let cluster = match cluster::observe(&engine.docker, &engine.dirs, &name).await? {
        cluster::Observed::Absent => plan::Cluster::Absent,
        cluster::Observed::Foreign { container } => return Err(cluster::foreign(&name, &container)),
        cluster::Observed::Partial { reason } => plan::Cluster::Partial(reason),
        cluster::Observed::Stopped | cluster::Observed::Paused { .. } => plan::Cluster::Stopped,
        cluster::Observed::Running => plan::Cluster::Running {
            digest: before.artifact.digest.clone(),
            ready: before.phases.iter().all(|phase| phase.ready) && !before.phases.is_empty(),
        },
    };
    let desired = plan::Desired {
        digest: platform.packed.digest.to_string(),
        buoys: *platform.environment.fleet.buoys.get_ref(),
    };
    let fleet = if before.fleet.running { plan::Fleet::Current } else { plan::Fleet::Absent };
    Ok(plan::build(&desired, &plan::Observed { cluster, fleet }))
}
