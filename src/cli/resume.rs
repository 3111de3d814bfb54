//! `seasense resume`: a paused environment wakes exactly as it was, and is proved to work.

use std::{process::ExitCode, time::Duration};

use jiff::Timestamp;

use super::{Context, dev::raise::way_in, json::Json, lock::LockArgs};
use crate::{
    base::{
        event::Step,
        failure::{Failure, Kind, Result},
        k8s::Client,
        wait::Deadline,
    },
    config::Environment,
    local::{LocalContext, cluster},
    observe::{self, Observer, Snapshot},
    phases::{self, Follow},
    ui,
    workloads::{self, Public},
};

/// Arguments of `seasense resume`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    lock: LockArgs,
    #[command(flatten)]
    json: Json,
    /// Give up waiting for the platform after this many seconds
    #[arg(long, default_value_t = 300, value_name = "SECONDS")]
    timeout: u64,
}

/// Wakes the environment. Nothing of the checkout but the environment's file is read, and nothing is built or applied.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let environment = context.environment_here(&project)?;
    Context::no_rehearsal(&environment)?;
    let engine = context.engine(&project).await?;
    let _lock = args.lock.take(&engine, &environment).await?;
    let deadline = Deadline::after(Duration::from_secs(args.timeout));
    let awake = cluster::resume(&engine, &environment).await?;
    let client = Client::connect(&awake.handle).await?;
    if let Some(started) = awake.started {
        crate::launch::controller_leases::free(&client, started).await?;
    }
    let pods = follow(&engine, &client, awake.started, deadline);
    let (public, ()) = tokio::try_join!(start_fleet(&engine, &environment, &client, deadline), pods)?;
    let observer = Observer { environment: &environment, dirs: &engine.dirs, docker: Some(&engine.docker) };
    let proved = observe::prove(observer, &public, deadline, &engine.events).await?;
    args.json.print(context, &proved, String::new)?;
    context.ui.say(&report(&proved, context.ui.took().1));
    Ok(ExitCode::SUCCESS)
}

/// Waits until everything runs again, and Flux has looked at all of it, at the digest that it followed before.
async fn follow(
    engine: &LocalContext,
    client: &Client,
    started: Option<Timestamp>,
    deadline: Deadline,
) -> Result<()> {
    let digest = phases::current_digest(client).await?.ok_or_else(|| {
        Failure::new(Kind::Phase, "the cluster was never told what to run")
            .hint("`seasense dev` goes on where it was interrupted")
    })?;
    phases::request_reconcile_all(client, &Timestamp::now().to_string()).await?;
    // A container that starts before what it needs ends and starts again: that is no failure of its phase.
    crate::launch::awake::awake(client, started, deadline, &engine.events).await?;
    phases::follow(client, Follow { digest: &digest, deadline }, &engine.events).await.map(drop)
}

/// Opens the way in from outside, lets the fleet sail again and sees its first reading arrive.
async fn start_fleet(
    engine: &LocalContext,
    environment: &Environment,
    client: &Client,
    deadline: Deadline,
) -> Result<Public> {
    let credentials = workloads::credentials(client, deadline).await?;
    let public = way_in(engine, environment, &credentials.authority)?;
    let step = Step::start(&engine.events, "resume.first-reading", "See a reading through the gateway");
    let before = workloads::serving(&public, deadline).await?.readings;
    let keys = (&*credentials.enrolment_key, &*credentials.authority);
    if !crate::local::buoys::fleet::resume(engine, environment, keys).await? {
        if *environment.fleet.buoys.get_ref() > 0 {
            return Err(Failure::new(Kind::Workload, "the fleet's container is gone")
                .hint("`seasense dev` makes it again"));
        }
        step.unchanged("the environment has no fleet");
        return Ok(public);
    }
    let summary = workloads::flowing(&public, before, deadline).await?;
    step.done(format!("{} readings stored", summary.readings));
    Ok(public)
}

fn report(seen: &Snapshot, took: Duration) -> String {
    let digest = seen.artifact.digest.as_deref().unwrap_or_default();
    format!(
        "`{}` is awake after {}, and proved from outside.\n  page: {}\n  runs: {digest}\n  rows: {}\n",
        seen.environment,
        ui::duration(took),
        seen.endpoints.page,
        seen.database.rows.unwrap_or_default(),
    )
}
