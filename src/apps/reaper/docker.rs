//! Finds and removes the environment's resources in Docker.

use std::collections::HashMap;

use bollard::{
    API_DEFAULT_VERSION, Docker,
    errors::Error,
    models::ContainerSummary,
    query_parameters::{
        ListContainersOptionsBuilder, ListNetworksOptionsBuilder, ListVolumesOptionsBuilder,
        RemoveContainerOptionsBuilder, RemoveVolumeOptionsBuilder,
    },
};

use super::arguments::Arguments;

const REQUEST_LIMIT_S: u64 = 60;

/// Connects and negotiates the API version.
pub async fn connect(socket: &str) -> Result<Docker, Error> {
    Docker::connect_with_unix(socket, REQUEST_LIMIT_S, API_DEFAULT_VERSION)?.negotiate_version().await
}

/// Removes all resources of the environment that exist now, except the reaper; returns their names.
pub async fn sweep(docker: &Docker, arguments: &Arguments) -> Result<Vec<String>, Error> {
    let mut removed = Vec::new();
    for name in containers(docker, arguments).await? {
        remove_container(docker, &name).await?;
        removed.push(name);
    }
    let filters = HashMap::from([("label".to_owned(), arguments.labels.clone())]);
    let volumes = ListVolumesOptionsBuilder::new().filters(&filters).build();
    for volume in docker.list_volumes(Some(volumes)).await?.volumes.unwrap_or_default() {
        let force = RemoveVolumeOptionsBuilder::new().force(true).build();
        ignore_absent(docker.remove_volume(&volume.name, Some(force)).await)?;
        removed.push(volume.name);
    }
    let networks = ListNetworksOptionsBuilder::new().filters(&filters).build();
    for network in docker.list_networks(Some(networks)).await? {
        let name = network.name.unwrap_or_default();
        ignore_absent(docker.remove_network(&name).await)?;
        removed.push(name);
    }
    Ok(removed)
}

/// Kills and removes a container with its anonymous volumes.
pub async fn remove_container(docker: &Docker, name: &str) -> Result<(), Error> {
    let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
    match docker.remove_container(name, Some(options)).await {
        // The container is being removed already.
        Err(Error::DockerResponseServerError { status_code: 409, .. }) => Ok(()),
        other => ignore_absent(other),
    }
}

async fn containers(docker: &Docker, arguments: &Arguments) -> Result<Vec<String>, Error> {
    let list = async |labels: &[String]| {
        let filters = HashMap::from([("label".to_owned(), labels.to_vec())]);
        docker
            .list_containers(Some(ListContainersOptionsBuilder::new().all(true).filters(&filters).build()))
            .await
    };
    let labelled = list(&arguments.labels).await?;
    let nodes = list(std::slice::from_ref(&arguments.node_label)).await?;
    let own_nodes = nodes.into_iter().filter(|node| has_mount(node, &arguments.node_mount));
    let names = labelled.into_iter().chain(own_nodes).filter_map(|container| name(&container));
    Ok(names.filter(|name| *name != arguments.own_container).collect())
}

fn name(container: &ContainerSummary) -> Option<String> {
    container.names.as_ref()?.first().map(|name| name.trim_start_matches('/').to_owned())
}

/// Whether a container has this mount. A cluster with the same name that another tool created does not have it.
fn has_mount(container: &ContainerSummary, target: &str) -> bool {
    let mounts = container.mounts.iter().flatten();
    mounts.into_iter().any(|mount| mount.destination.as_deref() == Some(target))
}

fn ignore_absent(result: Result<(), Error>) -> Result<(), Error> {
    match result {
        Err(Error::DockerResponseServerError { status_code: 404, .. }) => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use bollard::models::MountPoint;

    use super::*;

    #[test]
    fn node_without_the_ownership_mount_is_ignored() {
        let node = |destination: &str| ContainerSummary {
            names: Some(vec!["/x-control-plane".into()]),
            mounts: Some(vec![MountPoint { destination: Some(destination.into()), ..Default::default() }]),
            ..Default::default()
        };
        assert!(has_mount(&node("/etc/seasense"), "/etc/seasense"));
        assert!(!has_mount(&node("/var"), "/etc/seasense"));
        assert!(!has_mount(&ContainerSummary::default(), "/etc/seasense"));
        assert_eq!(name(&node("/var")).as_deref(), Some("x-control-plane"));
    }
}
