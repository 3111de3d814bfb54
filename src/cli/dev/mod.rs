//! `seasense dev`: starts the environment, or brings it up to date, and verifies it.

mod summary;

use std::{process::ExitCode, time::Duration};

use serde_json::json;

use super::{Context, images::Supply, json::Json, lock::LockArgs};
use crate::{
    base::failure::{Failure, Result},
    config::{Environment, HostDirs},
    launch::{
        bring_up::{self, BroughtUp, Request},
        guards,
        inputs::{self, Inputs},
        run_record::{RunRecord, needs_diagnostics},
        watch::{self, Session, Watcher},
    },
    local::LocalContext,
};

/// The version of the JSON form of a plan.
const PLAN_VERSION: u32 = 2;

/// Arguments of `seasense dev`.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate option of the command line")]
pub struct Args {
    #[command(flatten)]
    supply: Supply,
    #[command(flatten)]
    lock: LockArgs,
    /// Print the plan without executing it
    #[arg(long)]
    dry_run: bool,
    /// With `--dry-run`, print the plan as JSON (schema: docs/schemas/plan.v2.json)
    #[arg(long, requires = "dry_run")]
    json: bool,
    /// Remove the cluster with its data first
    #[arg(long)]
    recreate: bool,
    /// Apply changes of the checkout as soon as they are saved, until Ctrl-C
    #[arg(long, conflicts_with = "dry_run")]
    watch: bool,
    /// Give up after this many seconds
    #[arg(long, default_value_t = 900, value_name = "SECONDS")]
    timeout: u64,
    /// Remove the environment after this time, for example `8h`; a later run without `--ttl` keeps the time
    #[arg(long, value_name = "TIME", value_parser = crate::cli::duration_argument::parse)]
    ttl: Option<Duration>,
}

impl Args {
    fn request(&self) -> Request {
        Request {
            supply: self.supply.options(),
            recreate: self.recreate,
            ttl: self.ttl,
            timeout: Duration::from_secs(self.timeout),
            watch: self.watch,
            plan_only: self.dry_run,
        }
    }
}

/// Starts or updates the environment.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let resolved = context.environment_here(&project)?;
    guards::refuse_rehearsal(&resolved)?;
    // A mistake in the checkout fails before anything is written.
    let inputs = inputs::read(&project, &HostDirs::from_environment()?, &resolved).await?;
    let local = context.local(&project).await?;
    if args.dry_run {
        return dry_run(context, &args, (&local, &resolved, inputs)).await;
    }
    let environment = context.claimed(&project).await?;
    let sinks = (context.ui.step_times(), context.ui.events());
    let mut record = RunRecord::begin(sinks, &project, &environment)?;
    let lock = args.lock.take(&local, &environment).await;
    let result = match &lock {
        Ok(_) => bring_up::run(&local, &environment, inputs, &args.request(), &mut record).await,
        Err(failure) => Err(failure.clone()),
    };
    record.write(&result);
    match result {
        Err(failure) if needs_diagnostics(failure.kind) => {
            context.ui.fail(&failure);
            record.diagnose(&failure).await;
            Ok(ExitCode::from(failure.kind.exit_code()))
        }
        Err(failure) => Err(failure),
        Ok(BroughtUp { platform, status, watcher }) => {
            let took = context.ui.durations();
            context.ui.message(&summary::text(&status, &environment, &took, context.ui.style()));
            let Some(watcher) = watcher else { return Ok(ExitCode::SUCCESS) };
            let report = |failure: &Failure| context.ui.fail(failure);
            let request = args.request();
            let limits = (request.supply, request.timeout);
            // The state of a watch is large, and a run without one does not need it.
            let session = Box::pin(Session::open(&local, platform, limits, &report)).await?;
            Box::pin(watch(context, session, watcher)).await
        }
    }
}

async fn dry_run(
    context: &Context<'_>,
    args: &Args,
    (local, environment, inputs): (&LocalContext, &Environment, Inputs),
) -> Result<ExitCode> {
    let _lock = args.lock.take(local, environment).await?;
    let plan = bring_up::prepare(local, environment, inputs, &args.request()).await?.plan;
    let report = json!({ "version": PLAN_VERSION, "stages": plan });
    Json::when(args.json).print(context, &report, || plan.to_string())?;
    Ok(ExitCode::SUCCESS)
}

async fn watch(context: &Context<'_>, session: Session<'_>, watcher: Watcher) -> Result<ExitCode> {
    context.ending.by_signal();
    context.ui.message(
        "\nWatching `gitops/`, `envs/` and `src/apps/`. Ctrl-C ends the watch; the environment keeps running.\n",
    );
    match Box::pin(watch::run(session, watcher)).await? {}
}
