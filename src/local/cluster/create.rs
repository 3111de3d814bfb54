//! Making a cluster with kind.

use std::{path::Path, time::Duration};

use super::{ClusterSource, NETWORK, kubeconfig, names, nodes, record::Record, shape};
use crate::local::{LocalContext, free_port};
use crate::{
    base::{
        docker::labels,
        event::Step,
        failure::{Context, Failure, Kind, Result},
        k8s::{Client, ClusterHandle},
        tool::{Line, ToolError},
        wait::{Deadline, Observation, PAUSE, wait},
    },
    config::{Environment, is_plain},
};

/// kubeadm on a busy machine of two cores needs about a minute.
const CREATE_LIMIT: Duration = Duration::from_mins(10);

/// Makes the cluster of `environment` and writes it down; there must be none.
pub(super) async fn create(
    context: &LocalContext,
    environment: &Environment,
    source: &ClusterSource,
    step: &Step,
) -> Result<ClusterHandle> {
    let name = environment.cluster_name();
    let state = context.dirs.make_state(&name)?;
    Record::forget(&state);
    let config = prepare(context, environment, source, &state)?;
    context.docker.ensure_network(NETWORK, &labels::shared("network")).await?;
    let file = kubeconfig::path(&context.dirs, &name);
    kubeconfig::clear_stale(&file)?;
    let create = kubeconfig::kind(source, &file, &["create", "cluster"])
        .args(["--config", "-", "--wait", "0s", "--name"])
        .arg(&name)
        .stdin(config)
        .limit(CREATE_LIMIT);
    let made = create.watch(|line| report(step, line)).await;
    made.map_err(|error| explain(error, environment, &name))?;
    kubeconfig::make_private(&file)?;
    write_down(context, environment, source, &name).await
}

fn prepare(
    context: &LocalContext,
    environment: &Environment,
    source: &ClusterSource,
    state: &Path,
) -> Result<String> {
    let (certs, mark) = (state.join("certs.d"), state.join("mark"));
    let what = || format!("prepare `{}`", state.display());
    std::fs::create_dir_all(&mark).with_context(Kind::Cluster, what)?;
    for registry in neighbours(source, environment) {
        let entry = certs.join(registry);
        std::fs::create_dir_all(&entry).with_context(Kind::Cluster, what)?;
        std::fs::write(entry.join("hosts.toml"), registry_entry(registry))
            .with_context(Kind::Cluster, what)?;
    }
    let (name, nodes) = (environment.cluster_name(), *environment.cluster.nodes.get_ref());
    // The nodes of a built image find their pods' range and each other by this list.
    let list = nodes::names(&name, nodes).join("\n") + "\n";
    for (file, text) in [("environment", environment.instance()), ("nodes", &list)] {
        std::fs::write(mark.join(file), text).with_context(Kind::Cluster, what)?;
    }
    names::write(&context.project, state, environment.variables.hostname.get_ref())?;
    shape::kind_config(
        &context.project,
        &shape::Shape {
            name: &name,
            nodes,
            image: &source.node_image,
            https_port: environment.https_port(),
            certs: &certs,
            names: &names::folder(state),
            mark: &mark,
            built: source.built,
        },
    )
}

/// The registries next door: that of all environments, and the one that a rehearsal has for itself.
fn neighbours<'a>(source: &'a ClusterSource, environment: &'a Environment) -> Vec<&'a str> {
    let own = environment.variables.registry.get_ref().split('/').next().unwrap_or_default();
    let mut names = vec![source.registry.as_str()];
    names.extend(Some(own).filter(|own| is_plain(own) && *own != source.registry));
    names
}

/// containerd's entry for the registry next door, which speaks HTTP on the Docker network.
fn registry_entry(registry: &str) -> String {
    format!(
        "server = \"http://{registry}\"\n\n[host.\"http://{registry}\"]\ncapabilities = [\"pull\", \"resolve\"]\n"
    )
}

async fn write_down(
    context: &LocalContext,
    environment: &Environment,
    source: &ClusterSource,
    name: &str,
) -> Result<ClusterHandle> {
    let mut handle = ClusterHandle::of_kind(name, kubeconfig::path(&context.dirs, name));
    let uid = identity(&Client::connect(&handle).await?).await?;
    let mut containers: Vec<String> =
        nodes::of(&context.docker, name).await?.into_iter().map(|node| node.id).collect();
    containers.sort();
    let record = Record {
        containers,
        image: source.node_image.clone(),
        nodes: *environment.cluster.nodes.get_ref(),
        https_port: environment.https_port(),
        uid: uid.clone(),
    };
    record.write(&context.dirs.state(name))?;
    handle.uid = Some(uid);
    Ok(handle)
}

/// kubeadm restarts the API server's container once more at times: ask again rather than fail.
async fn identity(client: &Client) -> Result<String> {
    wait(Deadline::after(Duration::from_mins(1)), PAUSE, "reach the new cluster", || async {
        client.uid().await.map(Observation::Ready)
    })
    .await
}

fn report(step: &Step, line: &Line) {
    if let Some(text) = beginning(&line.text) {
        step.progress(0, None, text);
    }
}

/// What kind says it begins: it writes a bullet before it, and pictures after it.
fn beginning(line: &str) -> Option<String> {
    let text = line.trim_start().strip_prefix('•')?;
    let words: Vec<&str> = text.split_whitespace().filter(|word| word.is_ascii() && *word != "...").collect();
    Some(words.join(" "))
}

fn explain(error: ToolError, environment: &Environment, name: &str) -> Failure {
    let tail = error.tail().unwrap_or_default().to_owned();
    let failure = error.into_failure(Kind::Cluster, format!("make the cluster `{name}`"));
    if free_port::says_taken(&tail) {
        let (file, port) = (format!("envs/{}.toml", environment.name()), environment.https_port());
        return failure
            .hint(format!("port {port} is taken: `seasense doctor` names its holder; or change `{file}`"));
    }
    failure.hint("run the command again: it removes what was left half made and starts anew")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_entry_is_plain_http_and_pull_only() {
        let entry: toml::Table = registry_entry("seasense-registry:5000").parse().unwrap();
        let host = &entry["host"]["http://seasense-registry:5000"];
        assert_eq!(host["capabilities"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn progress_is_told_without_pictures() {
        let told = beginning(" • Starting control-plane 🕹️  ...");
        assert_eq!(told.as_deref(), Some("Starting control-plane"));
        assert_eq!(beginning(" ✓ Starting control-plane 🕹️"), None);
    }
}
