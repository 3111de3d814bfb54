//! Pauses an environment: stops everything and keeps its data.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    base::{digest::Digest, failure::Result, k8s::Client},
    config::Environment,
    local::{
        LocalContext,
        cluster::{self, ClusterState, PauseRecord, Paused},
    },
    phases,
};

/// How long the API may take to return the digest. The digest is only shown, so a cluster that does not
/// answer is paused as well.
const DIGEST_LIMIT: Duration = Duration::from_secs(3);

/// Pauses `environment`.
pub async fn pause(context: &LocalContext, environment: &Environment) -> Result<Paused> {
    let cluster = environment.cluster_name();
    let digest = tokio::time::timeout(DIGEST_LIMIT, digest(context, &cluster)).await;
    let mark = PauseRecord { since: Timestamp::now(), digest: digest.ok().and_then(Result::ok).flatten() };
    cluster::pause(context, (environment.instance(), &cluster), mark).await
}

/// The digest that the cluster follows, if it runs.
async fn digest(context: &LocalContext, cluster: &str) -> Result<Option<Digest>> {
    if cluster::observe(&context.docker, &context.dirs, cluster).await? != ClusterState::Running {
        return Ok(None);
    }
    phases::current_digest(&Client::connect(&cluster::handle(&context.dirs, cluster)).await?).await
}
