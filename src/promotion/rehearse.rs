//! Creates the cluster and registry of a rehearsal on this machine, and removes them after the promotion.

use std::future::Future;

use crate::{
    base::{
        event::Step,
        failure::{Failure, Kind, Result},
    },
    config::Environment,
    images::{self, Mode},
    local::{
        LocalContext,
        cluster::{self, ClusterSource, ClusterState, RemoveScope},
    },
    promotion::driver::Ended,
    registry::{Registry, ensure_for_environment},
};

/// Creates the rehearsal `environment`, runs `work`, and removes the rehearsal unless it existed before or
/// `keep` is set.
pub(super) async fn in_rehearsal(
    local: &LocalContext,
    environment: &Environment,
    keep: bool,
    work: impl Future<Output = Result<Ended>>,
) -> Result<Ended> {
    let is_new = create(local, environment).await?;
    let ended = work.await;
    let removed = if is_new && !keep { remove(local, environment).await } else { Ok(()) };
    combine(ended, removed, environment.name())
}

/// Creates the registry and the cluster of a rehearsal unless they exist. Returns whether the cluster is new.
///
/// It uses the images that this machine has for its other environments.
async fn create(local: &LocalContext, environment: &Environment) -> Result<bool> {
    let lock = images::locked(&local.dirs, Mode::Auto)?;
    let container = environment.registry_container().ok_or_else(|| {
        Failure::new(Kind::Internal, format!("`{}` is not a rehearsal", environment.name()))
    })?;
    let found = cluster::observe(&local.docker, &local.dirs, &environment.cluster_name()).await?;
    let is_new = matches!(found, ClusterState::Absent | ClusterState::Partial { .. });
    let step = Step::start(&local.events, "target.registry", format!("Start the registry `{container}`"));
    // The same image as that of the registry of all other environments.
    let running = local.docker.container(local.dirs.registry()).await?.ok_or_else(|| {
        Failure::new(Kind::Tool, "this machine has no registry yet")
            .hint("run `seasense dev`: the digest to rehearse must run here first")
    })?;
    ensure_for_environment(&local.docker, &container, &running.image, environment.instance()).await?;
    step.done("");
    let shared = Registry::at(local.dirs.registry(), *environment.ports.registry.get_ref());
    let source = ClusterSource::new(&lock, &shared.inside)?;
    cluster::ensure(local, environment, &source).await?;
    Ok(is_new)
}

/// Removes the rehearsal and checks that nothing of it remains.
async fn remove(local: &LocalContext, environment: &Environment) -> Result<()> {
    let cluster = environment.cluster_name();
    let names = (environment.instance(), cluster.as_str());
    cluster::remove(&local.host(), names, RemoveScope::Environment).await.map(drop)
}

/// Adds the failure of removing the rehearsal to the result of the promotion, whose own failure comes first.
fn combine(ended: Result<Ended>, removed: Result<()>, environment: &str) -> Result<Ended> {
    let Err(remains) = removed else { return ended };
    let hint = format!("remove the rest of the rehearsal with `seasense down --env {environment}`");
    let cause = format!("the rehearsal was not removed: {}", remains.with_causes());
    match ended {
        Err(failure) => Err(failure.because(cause).hint(hint)),
        Ok(ended) => Ok(Ended {
            failure: Some(match ended.failure {
                Some(failure) => failure.because(cause).hint(hint),
                None => remains.hint(hint),
            }),
            ..ended
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promotion::report::tests::a_report;

    #[test]
    fn a_remaining_rehearsal_does_not_hide_the_end_of_the_promotion() {
        let remains = || Err(Failure::new(Kind::Cluster, "a container remains").because("Docker is down"));
        let refused = || Failure::new(Kind::Promotion, "refused by the gate `soak`");
        let ended = |failure| Ok(Ended { report: a_report(), failure });
        let name = "rehearsal-staging";
        assert_eq!(combine(ended(None), Ok(()), name).unwrap().failure, None);
        assert_eq!(combine(Err(refused()), Ok(()), name).unwrap_err().causes, [""; 0]);

        let hint = "remove the rest of the rehearsal with `seasense down --env rehearsal-staging`";
        let both = combine(ended(Some(refused())), remains(), name).unwrap().failure.unwrap();
        assert_eq!(both.kind, Kind::Promotion);
        assert_eq!(both.message, "refused by the gate `soak`");
        assert_eq!(both.causes, ["the rehearsal was not removed: a container remains: Docker is down"]);
        assert_eq!(both.hints, [hint]);
        assert_eq!(combine(Err(refused()), remains(), name).unwrap_err(), both);
        let only = combine(ended(None), remains(), name).unwrap().failure.unwrap();
        assert_eq!(only.kind, Kind::Cluster);
        assert_eq!(only.hints, [hint]);
    }
}
