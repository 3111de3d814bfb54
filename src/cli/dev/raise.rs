//! The steps of the plan, as much at once as depends on nothing else.

use std::time::Duration;

use super::prepare::Platform;
use crate::{
    artifact,
    base::{
        event::{Event, Step},
        failure::Result,
        k8s::Client,
        wait::Deadline,
    },
    config::Environment,
    launch::plan::Plan,
    local::{LocalContext, buoys::FleetInput, cluster},
    phases::{self, BootstrapInput, Follow},
    workloads::{self, Public},
};

/// A cluster whose nodes were started is all there again within half a minute, on a busy machine later.
const WAKE_LIMIT: Duration = Duration::from_mins(3);

/// Takes the steps of `plan` and gives the way in that a person would take.
pub async fn raise(
    engine: &LocalContext,
    platform: &Platform<'_>,
    plan: &Plan,
    deadline: Deadline,
) -> Result<Public> {
    let push = async {
        let step = Step::start(&engine.events, "artifact.push", "Push the artifact");
        artifact::push(&platform.packed, &platform.registry.host, artifact::whole::REPOSITORY).await?;
        step.done("");
        Ok(())
    };
    let (awake, ()) =
        tokio::try_join!(cluster::ensure(engine, platform.environment, &platform.source), push)?;
    let client = Client::connect(&awake.handle).await?;
    if let Some(started) = awake.started {
        crate::launch::controller_leases::free(&client, started).await?;
    }
    let input = BootstrapInput {
        flux: &platform.flux,
        variables: &platform.variables,
        age_key: &platform.age_key,
        registry: &platform.registry.inside,
        digest: &platform.packed.digest,
        is_local: true,
    };
    let handed = phases::bootstrap(&client, &input, &engine.events).await?;
    // The plan compares digests; variables that changed leave the digest as it is.
    if plan.changes_nothing() && !handed.settings {
        return start_fleet(engine, platform, &client, deadline).await;
    }
    let follow = async {
        let now = jiff::Timestamp::now().to_string();
        if handed.settings {
            phases::request_reconcile_all(&client, &now).await?;
        } else {
            phases::request_reconcile(&client, &now).await?;
        }
        if awake.started.is_some() {
            // What crashes while all starts at once is no failure of its phase. What crashes for good is: the phases tell.
            let limit = deadline.or_after(WAKE_LIMIT);
            let _ = crate::launch::awake::awake(&client, awake.started, limit, &engine.events).await;
        }
        let what = Follow { digest: &platform.packed.digest, deadline };
        phases::follow(&client, what, &engine.events).await
    };
    // The fleet sails as soon as the first door is open, while the standby still copies the primary.
    let (_, public) = tokio::try_join!(follow, start_fleet(engine, platform, &client, deadline))?;
    Ok(public)
}

/// The way in that a person would take, once the authority stands where people and programs find it.
pub fn way_in(engine: &LocalContext, environment: &Environment, authority: &[u8]) -> Result<Public> {
    if cluster::write_authority(&engine.dirs, &environment.cluster_name(), authority)? {
        engine.events.emit(Event::Warning { text: cluster::AUTHORITY_CHANGED.to_owned() });
    }
    Public::new(environment.variables.hostname.get_ref(), environment.https_port(), authority)
}

/// Lets the fleet sail and sees its first reading arrive.
async fn start_fleet(
    engine: &LocalContext,
    platform: &Platform<'_>,
    client: &Client,
    deadline: Deadline,
) -> Result<Public> {
    let environment = platform.environment;
    let credentials = workloads::credentials(client, deadline).await?;
    let public = way_in(engine, environment, &credentials.authority)?;
    let step = Step::start(&engine.events, "dev.first-reading", "See a first reading through the gateway");
    let before = workloads::serving(&public, deadline).await?.readings;
    let input = FleetInput {
        environment,
        image: &platform.fleet_image,
        key: &credentials.enrolment_key,
        ca: &credentials.authority,
    };
    crate::local::buoys::fleet::ensure(engine, &input).await?;
    if *environment.fleet.buoys.get_ref() == 0 {
        step.unchanged("the environment asks for no buoys");
        return Ok(public);
    }
    let summary = workloads::flowing(&public, before, deadline).await?;
    step.done(format!("{} readings stored", summary.readings));
    Ok(public)
}
