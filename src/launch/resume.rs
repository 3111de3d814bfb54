//! Resumes a paused environment at the digest that it ran, and verifies it.

use jiff::Timestamp;

use super::{controller_leases, endpoint::public_endpoint, restarted_pods};
use crate::{
    base::{
        event::Step,
        failure::{Failure, Kind, Result},
        k8s::Client,
        wait::Deadline,
    },
    config::Environment,
    local::{LocalContext, buoys::fleet, cluster},
    observe::{self, EnvironmentStatus, Observer},
    phases::{self, Follow},
    workloads::{self, PublicEndpoint},
};

/// Resumes `environment`. Only the environment file of the checkout is read; nothing is built or applied.
pub async fn resume(
    context: &LocalContext,
    environment: &Environment,
    deadline: Deadline,
) -> Result<EnvironmentStatus> {
    let running = cluster::resume(context, environment).await?;
    let client = Client::connect(&running.handle).await?;
    if let Some(started) = running.started {
        controller_leases::delete_stale(&client, started).await?;
    }
    let pods = follow(context, &client, running.started, deadline);
    let (endpoint, ()) = tokio::try_join!(start_fleet(context, environment, &client, deadline), pods)?;
    let observer = Observer { environment, dirs: &context.dirs, docker: Some(&context.docker) };
    observe::verify(observer, &endpoint, deadline, &context.events).await
}

/// Waits until every pod runs again and Flux has reconciled every phase at the digest that it followed before.
async fn follow(
    context: &LocalContext,
    client: &Client,
    started: Option<Timestamp>,
    deadline: Deadline,
) -> Result<()> {
    let digest = phases::current_digest(client).await?.ok_or_else(|| {
        Failure::new(Kind::Phase, "Flux follows no artifact")
            .hint("`seasense dev` continues from where it was interrupted")
    })?;
    phases::request_reconcile_all(client, &Timestamp::now().to_string()).await?;
    // A container that starts before its dependencies exits and starts again; that does not fail its phase.
    restarted_pods::wait_for_pods(client, started, deadline, &context.events).await?;
    phases::follow(client, Follow { digest: &digest, deadline }, &context.events).await.map(drop)
}

/// Starts the fleet again and waits for its first reading.
async fn start_fleet(
    context: &LocalContext,
    environment: &Environment,
    client: &Client,
    deadline: Deadline,
) -> Result<PublicEndpoint> {
    let credentials = workloads::wait_for_credentials(client, deadline).await?;
    let endpoint = public_endpoint(context, environment, &credentials.authority)?;
    let step = Step::start(&context.events, "resume.first-reading", "Wait for a reading through the gateway");
    let before = workloads::wait_for_api(&endpoint, deadline).await?.readings;
    let keys = (&*credentials.enrolment_key, &*credentials.authority);
    if !fleet::resume(context, environment, keys).await? {
        if *environment.fleet.buoys.get_ref() > 0 {
            return Err(Failure::new(Kind::Workload, "the fleet's container does not exist")
                .hint("`seasense dev` creates it"));
        }
        step.unchanged("the environment has no simulated buoys");
        return Ok(endpoint);
    }
    let summary = workloads::wait_for_readings(&endpoint, before, deadline).await?;
    step.done(format!("{} readings stored", summary.readings));
    Ok(endpoint)
}
