//! Removes an environment and verifies that nothing remains.

use std::path::{Path, PathBuf};

use futures_util::future::try_join_all;
use serde::Serialize;

use super::{KIND_CLUSTER, NETWORK, foreign, nodes};
use crate::{
    base::{
        docker::{Container, Docker, labels},
        event::Step,
        failure::{Context, Failure, Kind, Result},
    },
    config::Environment,
    local::{
        Host, LocalContext,
        leases::{Owner, reaper},
    },
};

/// The scope of a removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoveScope {
    /// Everything of the environment; the shared registry and network stay.
    Environment,
    /// Also the shared registry and network, unless another environment uses them.
    Everything,
}

/// The result of a removal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// The format of the JSON form.
    pub version: u32,
    /// Containers that were removed.
    pub containers: Vec<String>,
    /// Volumes that were removed.
    pub volumes: Vec<String>,
    /// Networks that were removed.
    pub networks: Vec<String>,
    /// Directories that were removed.
    pub folders: Vec<PathBuf>,
    /// The resources that were kept on purpose, with the reason.
    pub kept: Vec<String>,
}

impl Default for Removed {
    fn default() -> Self {
        Self {
            version: 1,
            containers: Vec::new(),
            volumes: Vec::new(),
            networks: Vec::new(),
            folders: Vec::new(),
            kept: Vec::new(),
        }
    }
}

/// Removes the environment called `environment` whose cluster is called `cluster`; it may be absent.
pub async fn remove(
    context: &Host,
    (environment, cluster): (&str, &str),
    scope: RemoveScope,
) -> Result<Removed> {
    let step = Step::start(&context.events, "environment.remove", format!("Remove `{environment}`"));
    if let Some(node) = nodes::of(&context.docker, cluster).await?.iter().find(|node| !nodes::is_ours(node)) {
        return Err(foreign(cluster, &node.name));
    }
    let mut removed = Removed::default();
    remove_labelled(&context.docker, &[of_environment(environment)], &mut removed).await?;
    removed.containers.extend(nodes::remove(&context.docker, cluster).await?);
    remove_folder(&context.dirs.state(cluster), &mut removed)?;
    // The reaper is removed last: if this run is killed earlier, the reaper finishes the removal.
    let reaper = reaper::container(cluster);
    if context.docker.container(&reaper).await?.is_some_and(|found| labels::is_ours(&found.labels)) {
        context.docker.remove_container(&reaper).await?;
        removed.containers.push(reaper);
    }
    remove_shared(&context.docker, scope, &mut removed).await?;
    verify_removed(&context.docker, environment, cluster).await?;
    step.done(format!("{} containers, {} volumes", removed.containers.len(), removed.volumes.len()));
    Ok(removed)
}

/// Removes the environment except for its name and port on this machine, before it is created again.
pub async fn discard(context: &LocalContext, environment: &Environment) -> Result<()> {
    let cluster = environment.cluster_name();
    let owner = Owner::read(&context.dirs, &cluster);
    remove(&context.host(), (environment.instance(), &cluster), RemoveScope::Environment).await?;
    owner.map_or(Ok(()), |owner| owner.write(&context.dirs, &cluster))
}

async fn remove_containers(docker: &Docker, containers: Vec<Container>) -> Result<Vec<String>> {
    try_join_all(containers.iter().map(|container| docker.remove_container(&container.name))).await?;
    Ok(containers.into_iter().map(|container| container.name).collect())
}

/// Removes the containers, then the volumes, that carry all these labels.
async fn remove_labelled(docker: &Docker, filters: &[String], removed: &mut Removed) -> Result<()> {
    let mut containers = docker.list_containers(filters).await?;
    containers.retain(|container| !is_reaper(container));
    removed.containers.extend(remove_containers(docker, containers).await?);
    for volume in docker.list_volumes(filters).await? {
        docker.remove_volume(&volume.name).await?;
        removed.volumes.push(volume.name);
    }
    Ok(())
}

async fn remove_shared(docker: &Docker, scope: RemoveScope, removed: &mut Removed) -> Result<()> {
    let ours = format!("{}={}", labels::OWNER, labels::SEASENSE);
    let containers = docker.list_containers(std::slice::from_ref(&ours)).await?;
    // A node inherits the labels of our image but belongs to its cluster.
    let belongs = |container: &Container| {
        container.labels.contains_key(labels::ENVIRONMENT) || container.labels.contains_key(KIND_CLUSTER)
    };
    let in_use = containers.iter().any(belongs);
    if scope == RemoveScope::Everything && !in_use {
        remove_labelled(docker, std::slice::from_ref(&ours), removed).await?;
    } else {
        let kept = containers.iter().filter(|container| !belongs(container));
        removed.kept.extend(
            kept.map(|container| format!("the container `{}`, shared by all environments", container.name)),
        );
    }
    let network = docker.list_networks(&[ours]).await?.into_iter().find(|network| network.name == NETWORK);
    if network.is_some() && !is_used(docker, NETWORK).await? {
        docker.remove_network(NETWORK).await?;
        removed.networks.push(NETWORK.to_owned());
    }
    Ok(())
}

/// Whether a container needs `network`. A stopped container has no address but cannot start without its
/// network, so all of our containers and those of any kind cluster count.
async fn is_used(docker: &Docker, network: &str) -> Result<bool> {
    let needs = |container: &Container| {
        container.ip(network).is_some()
            || labels::is_ours(&container.labels)
            || container.labels.contains_key(KIND_CLUSTER)
    };
    Ok(docker.list_containers(&[]).await?.iter().any(needs))
}

fn remove_folder(folder: &Path, removed: &mut Removed) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Ok(()) => removed.folders.push(folder.to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => {
            return Err(error).with_context(Kind::Cluster, || format!("remove `{}`", folder.display()));
        }
    }
    Ok(())
}

/// Verifies that nothing of the environment remains.
async fn verify_removed(docker: &Docker, environment: &str, cluster: &str) -> Result<()> {
    let filter = [of_environment(environment)];
    let mut left: Vec<String> =
        docker.list_containers(&filter).await?.into_iter().map(|it| it.name).collect();
    left.extend(nodes::of(docker, cluster).await?.into_iter().map(|it| it.name));
    left.extend(docker.list_volumes(&filter).await?.into_iter().map(|it| it.name));
    left.extend(docker.list_networks(&filter).await?.into_iter().map(|it| it.name));
    if left.is_empty() {
        return Ok(());
    }
    Err(Failure::new(Kind::Cluster, format!("parts of `{environment}` remain"))
        .because(left.join(", "))
        .hint("run `seasense down` again"))
}

fn is_reaper(container: &Container) -> bool {
    container.labels.get(labels::ROLE).is_some_and(|role| role == labels::REAPER)
}

fn of_environment(environment: &str) -> String {
    format!("{}={environment}", labels::ENVIRONMENT)
}
