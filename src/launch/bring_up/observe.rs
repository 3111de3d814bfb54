//! Observes the state that a plan starts from. Changes nothing.

use std::time::Duration;

use crate::{
    base::{
        event::Event,
        failure::{Failure, Kind, Result},
        k8s::{Client, flux::NAMESPACE, resource},
    },
    launch::{
        inputs::Platform,
        plan::{Cluster, Fleet, Flux, Observed},
    },
    local::{
        LocalContext,
        buoys::{FleetInput, fleet},
        cluster::{self, PauseRecord, coredns_config},
    },
    phases, workloads,
};

/// What a run says that finds the artifact of an interrupted one.
const UNVERIFIED: &str = "the last change was deployed by a watch or a run that ended before it was verified";

/// How long the API of a running cluster may take to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// Observes the environment of `platform`.
///
/// Fails if its cluster was not created by seasense, or was created with other fixed settings.
pub async fn observe(context: &LocalContext, platform: &Platform) -> Result<Observed> {
    let name = platform.environment.cluster_name();
    let mut client = None;
    let cluster = match cluster::observe(&context.docker, &context.dirs, &name).await? {
        cluster::ClusterState::Foreign { container } => return Err(cluster::foreign(&name, &container)),
        cluster::ClusterState::Absent => Cluster::Absent,
        cluster::ClusterState::Partial { reason } => Cluster::Partial(reason),
        cluster::ClusterState::Stopped | cluster::ClusterState::Paused { .. } => Cluster::Stopped,
        cluster::ClusterState::Running => {
            cluster::check_settings(context, &platform.environment, &platform.source)?;
            match reach(context, platform).await {
                Ok((found, flux)) => {
                    client = Some(found);
                    Cluster::Running(flux)
                }
                Err(reason) => Cluster::Unreachable(reason),
            }
        }
    };
    let fleet = fleet(context, platform, client.as_ref()).await?;
    Ok(Observed { cluster, pushed: platform.is_pushed().await?, fleet })
}

/// Reads Flux in a cluster whose nodes run; fails with the reason why the cluster must be recovered first.
async fn reach(context: &LocalContext, platform: &Platform) -> Result<(Client, Flux), String> {
    // An interrupted pause has stopped some of the nodes' services.
    if PauseRecord::read(&context.dirs.state(&platform.environment.cluster_name())).is_some() {
        return Err("a pause was interrupted".to_owned());
    }
    answer(Box::pin(flux(context, platform))).await.map_err(|failure| failure.with_causes())
}

async fn flux(context: &LocalContext, platform: &Platform) -> Result<(Client, Flux)> {
    let environment = &platform.environment;
    let name = environment.cluster_name();
    let client = Client::connect(&cluster::handle(&context.dirs, &name)).await?;
    if let Some(source) = client.get(&resource::OCI_REPOSITORY, Some(NAMESPACE), phases::ROOT).await?
        && phases::is_unverified(&source)
    {
        context.events.emit(Event::Notice { text: UNVERIFIED.to_owned() });
    }
    let found = phases::installed(&client, &platform.bootstrap_input()).await?;
    let hostname = environment.variables.hostname.get_ref();
    let resolves = coredns_config::is_current(&context.project, &context.dirs.state(&name), hostname);
    let flux = Flux {
        installed: found.flux,
        digest: found.digest,
        settings: found.settings && resolves,
        ready: found.ready,
    };
    Ok((client, flux))
}

/// Compares the fleet with its desired settings; `client` reaches a cluster whose API answers.
async fn fleet(context: &LocalContext, platform: &Platform, client: Option<&Client>) -> Result<Fleet> {
    let name = fleet::container(&platform.environment.cluster_name());
    if context.docker.container(&name).await?.is_none() {
        return Ok(Fleet::Absent);
    }
    let Some(client) = client else { return Ok(Fleet::Unknown) };
    let credentials =
        async { tokio::try_join!(workloads::authority(client), workloads::enrolment_key(client)) };
    let (Some(ca), Some(key)) = answer(credentials).await? else { return Ok(Fleet::Stale) };
    let input =
        FleetInput { environment: &platform.environment, image: &platform.fleet_image, key: &key, ca: &ca };
    Ok(if fleet::is_current(context, &input).await? { Fleet::Current } else { Fleet::Stale })
}

async fn answer<T>(request: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(ANSWER_LIMIT, request).await.unwrap_or_else(|_| {
        Err(Failure::new(Kind::Cluster, format!("no response within {} s", ANSWER_LIMIT.as_secs())))
    })
}
