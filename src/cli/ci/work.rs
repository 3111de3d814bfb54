//! The stages of a run, up to the command: each begins when the one before it ended well.

use std::time::Duration;

use super::{
    super::dev::{prepare, raise},
    Args, Context, command,
    report::Report,
    standing::{EnvironmentGuard, Made},
    warn,
};
use crate::{
    base::{
        failure::{Failure, Kind, Result},
        k8s::Client,
        wait::Deadline,
    },
    config::Environment,
    launch::plan,
    local::{
        LocalContext,
        cluster::{self, Lock},
        doctor,
        free_port::Reserved,
        gc,
        leases::{Heartbeat, Lease},
    },
    observe::{self, Observer, Snapshot, Subject},
    workloads::Public,
};

/// Brings an environment up, proves it, and runs the command against it.
pub async fn run(
    context: &Context<'_>,
    args: &Args,
    report: &Report,
    standing: &EnvironmentGuard,
) -> Result<()> {
    let project = context.project()?;
    let template = context.template(&project)?;
    Context::made_here(&template)?;
    Context::no_rehearsal(&template)?;
    let wanted = prepare::inputs(&project, &template).await?;
    let engine = LocalContext { events: report.events().clone(), ..context.engine(&project).await? };
    sweep(&engine, report).await;
    let name = crate::local::leases::lease::fresh_name();
    doctor::require(&engine, &template.clone().as_instance(&name, 0)).await?;
    let reserved = Reserved::some()?;
    let dirs: Vec<Environment> =
        reserved.iter().map(|port| template.clone().as_instance(&name, port.port())).collect();
    let deadline = Deadline::after(args.ttl);
    let mut platform = prepare::platform(&engine, &dirs[0], wanted, &args.supply).await?;
    stand(&engine, &dirs[0], args.ttl, &platform.reaper_image, standing).await?;
    let public = crate::local::free_port::on_a_free_port(reserved, async |index| {
        let environment = &dirs[index];
        standing.moved(environment);
        (platform.environment, platform.variables) = (environment, environment.to_variables());
        let desired = plan::Desired {
            digest: platform.packed.digest.to_string(),
            buoys: *environment.fleet.buoys.get_ref(),
        };
        let seen = plan::Observed { cluster: plan::Cluster::Absent, fleet: plan::Fleet::Absent };
        raise::raise(&engine, &platform, &plan::build(&desired, &seen), deadline).await
    })
    .await?;
    let environment = platform.environment;
    let observer = Observer { environment, dirs: &engine.dirs, docker: Some(&engine.docker) };
    let seen = observe::prove(observer, &public, deadline, &engine.events).await?;
    let (parts, phases) = observe::health(&seen);
    report.add_checks("phases", &phases);
    report.add_checks("health", &parts);
    let client = Client::connect(&cluster::handle(&engine.dirs, &environment.cluster_name())).await?;
    Box::pin(accept(environment, (&public, &client), (&seen, &*platform.packed.digest), deadline, report))
        .await?;
    if args.command.is_empty() {
        return Ok(());
    }
    command::run(
        context.ui,
        report,
        &args.command,
        (&client, &seen, &engine.dirs.state(&environment.cluster_name())),
    )
    .await
}

/// What killed runs left and their reapers could not remove goes first; that it cannot is no reason not to run.
async fn sweep(engine: &LocalContext, report: &Report) {
    let now = jiff::Timestamp::now();
    if let Err(failure) = gc::collect(&engine.host(), now, gc::Scope::OfProcesses, false).await {
        warn(report, "what earlier runs left was not removed", &failure);
    }
}

/// The reaper comes before anything that it would have to remove.
async fn stand(
    engine: &LocalContext,
    environment: &Environment,
    ttl: Duration,
    reaper: &str,
    standing: &EnvironmentGuard,
) -> Result<()> {
    let (now, cluster) = (jiff::Timestamp::now(), environment.cluster_name());
    let lease = Lease::new(engine, Some(std::process::id()), ttl, now);
    crate::local::leases::reaper::ensure(engine, environment, &lease, reaper).await?;
    let lock = Lock::acquire(&engine.dirs, &cluster)?;
    lease.write(engine, environment, now)?;
    let heartbeat = Heartbeat::start(&engine.dirs.state(&cluster))?;
    standing.set(Made { engine: engine.clone(), environment: environment.clone(), lock, heartbeat });
    Ok(())
}

async fn accept(
    environment: &Environment,
    (public, client): (&Public, &Client),
    (seen, digest): (&Snapshot, &str),
    deadline: Deadline,
    report: &Report,
) -> Result<()> {
    let untrusted = Public::untrusted(environment.variables.hostname.get_ref(), environment.https_port())?;
    let subject = Subject { public, untrusted: &untrusted, client, seen, digest };
    let checks = Box::pin(observe::accept(subject, deadline, report.events())).await;
    report.add_checks("acceptance", &checks);
    let broken = checks.iter().filter_map(|check| Some((check, check.result.as_ref().err()?)));
    let told: Vec<String> = broken.map(|(check, failure)| describe(&check.name, failure)).collect();
    if told.is_empty() {
        return Ok(());
    }
    Err(told.into_iter().fold(Failure::new(Kind::Workload, "not every promise is kept"), Failure::because))
}

fn describe(name: &str, failure: &Failure) -> String {
    format!("{name}: {}", failure.with_causes())
}
