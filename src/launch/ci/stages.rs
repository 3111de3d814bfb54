//! The stages of a run up to the command; each begins when the one before it succeeded.

use std::time::Duration;

use super::{Request, RunIo, command, report::Report};
use crate::{
    base::{
        docker::Docker,
        failure::{Failure, Kind, Result},
        k8s::Client,
        wait::Deadline,
    },
    config::{Environment, HostDirs},
    launch::{
        bring_up::{LocalActions, Verified, desired},
        ci::cleanup::{Created, EnvironmentGuard},
        execute::execute,
        guards, inputs,
        plan::{self, Observed},
        run_record::warn,
    },
    local::{
        LocalContext,
        cluster::{self, Lock},
        doctor,
        free_port::{ReservedPort, with_free_port},
        gc,
        leases::{Heartbeat, Lease, lease::unique_name, reaper},
    },
    observe::{self, Acceptance},
    workloads::PublicEndpoint,
};

/// Brings up an ephemeral environment, verifies and accepts it, and runs the command against it.
pub async fn run(io: &RunIo<'_>, request: &Request, report: &Report, guard: &EnvironmentGuard) -> Result<()> {
    let (project, template) = (io.load)()?;
    guards::require_local(&template)?;
    guards::refuse_rehearsal(&template)?;
    let inputs = inputs::read(&project, &HostDirs::from_environment()?, &template).await?;
    let context = LocalContext {
        project,
        dirs: HostDirs::from_environment()?,
        docker: Docker::connect().await?,
        events: report.events().clone(),
    };
    collect_garbage(&context, report).await;
    let name = unique_name();
    doctor::require(&context, &template.clone().as_instance(&name, 0)).await?;
    let reserved = ReservedPort::candidates()?;
    let environments: Vec<Environment> =
        reserved.iter().map(|port| template.clone().as_instance(&name, port.port())).collect();
    let deadline = Deadline::after(request.ttl);
    let mut platform = inputs::prepare(&context, &environments[0], inputs, request.supply).await?;
    protect(&context, &environments[0], request.ttl, &platform.reaper_image, guard).await?;
    let plan = plan::build(&desired(&platform), &Observed::NOTHING);
    let Verified { status, endpoint } = with_free_port(reserved, async |index| {
        guard.set_environment(&environments[index]);
        platform.set_environment(environments[index].clone());
        execute(&plan, &LocalActions::new(&context, &platform, deadline)).await
    })
    .await?;
    let environment = &platform.environment;
    let (parts, phases) = observe::health(&status);
    report.add_checks("phases", &phases);
    report.add_checks("health", &parts);
    let cluster = environment.cluster_name();
    let client = Client::connect(&cluster::handle(&context.dirs, &cluster)).await?;
    let without_trust =
        PublicEndpoint::without_trust(environment.variables.hostname.get_ref(), environment.https_port())?;
    let subject = Acceptance {
        endpoint: &endpoint,
        without_trust: &without_trust,
        client: &client,
        status: &status,
        digest: &platform.packed.digest,
    };
    Box::pin(accept(subject, deadline, report)).await?;
    if request.command.is_empty() {
        return Ok(());
    }
    let state = context.dirs.state(&cluster);
    command::run((report, io.output), &request.command, (&client, &status, &state)).await
}

/// Removes the environments that earlier runs and their reapers could not remove. A failure does not end this
/// run.
async fn collect_garbage(context: &LocalContext, report: &Report) {
    let now = jiff::Timestamp::now();
    if let Err(failure) = gc::collect(&context.host(), now, gc::Scope::OfProcesses, false).await {
        warn(report.events(), "the environments of earlier runs were not removed", &failure);
    }
}

/// Starts the reaper before anything exists that it would have to remove, acquires the lock and writes the
/// lease.
async fn protect(
    context: &LocalContext,
    environment: &Environment,
    ttl: Duration,
    reaper_image: &str,
    guard: &EnvironmentGuard,
) -> Result<()> {
    let (now, cluster) = (jiff::Timestamp::now(), environment.cluster_name());
    let lease = Lease::new(context, Some(std::process::id()), ttl, now);
    reaper::ensure(context, environment, &lease, reaper_image).await?;
    let lock = Lock::acquire(&context.dirs, &cluster)?;
    lease.write(context, environment, now)?;
    let heartbeat = Heartbeat::start(&context.dirs.state(&cluster))?;
    guard.set(Created { context: context.clone(), environment: environment.clone(), lock, heartbeat });
    Ok(())
}

/// Runs the acceptance checks; fails with every check that failed.
async fn accept(subject: Acceptance<'_>, deadline: Deadline, report: &Report) -> Result<()> {
    let checks = Box::pin(observe::accept(subject, deadline, report.events())).await;
    report.add_checks("acceptance", &checks);
    let failed = checks.iter().filter_map(|check| Some((check, check.result.as_ref().err()?)));
    let causes: Vec<String> =
        failed.map(|(check, failure)| format!("{}: {}", check.name, failure.with_causes())).collect();
    if causes.is_empty() {
        return Ok(());
    }
    let failure = Failure::new(Kind::Workload, "acceptance checks failed");
    Err(causes.into_iter().fold(failure, Failure::because))
}
