//! Creates a cluster with kind.

use std::{path::Path, time::Duration};

use super::{
    ClusterSource, NETWORK, cluster_record::ClusterRecord, coredns_config, kind_config, kubeconfig, nodes,
};
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
    local::{LocalContext, free_port},
};

/// The file in the directory `mark` that every node mounts; it exists as long as the state directory does.
pub const MARK_FILE: &str = "environment";

/// kubeadm needs about a minute on a busy machine with two cores.
const CREATE_LIMIT: Duration = Duration::from_mins(10);

/// Creates the cluster of `environment` and records it; the cluster must not exist.
pub(super) async fn create(
    context: &LocalContext,
    environment: &Environment,
    source: &ClusterSource,
    step: &Step,
) -> Result<ClusterHandle> {
    let name = environment.cluster_name();
    let state = context.dirs.make_state(&name)?;
    ClusterRecord::forget(&state);
    let config = prepare(context, environment, source, &state)?;
    context.docker.ensure_network(NETWORK, &labels::shared("network")).await?;
    let file = kubeconfig::path(&context.dirs, &name);
    kubeconfig::clear_stale(&file)?;
    let create = kubeconfig::kind((&context.docker, source), &file, &["create", "cluster"])
        .args(["--config", "-", "--wait", "0s", "--name"])
        .arg(&name)
        .stdin(config)
        .limit(CREATE_LIMIT);
    let created = create.watch(|line| report(step, line)).await;
    created.map_err(|error| explain(error, environment, &name))?;
    kubeconfig::make_private(&file)?;
    record_cluster(context, environment, source, &name).await
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
    for registry in registries(source, environment) {
        let entry = certs.join(registry);
        std::fs::create_dir_all(&entry).with_context(Kind::Cluster, what)?;
        std::fs::write(entry.join("hosts.toml"), registry_entry(registry))
            .with_context(Kind::Cluster, what)?;
    }
    let (name, nodes) = (environment.cluster_name(), *environment.cluster.nodes.get_ref());
    // The nodes of a built image read this list to find each other and their pod ranges.
    let list = nodes::names(&name, nodes).join("\n") + "\n";
    for (file, text) in [(MARK_FILE, environment.instance()), ("nodes", &list)] {
        std::fs::write(mark.join(file), text).with_context(Kind::Cluster, what)?;
    }
    coredns_config::write(&context.project, state, environment.variables.hostname.get_ref())?;
    kind_config::kind_config(
        &context.project,
        &kind_config::KindConfigInput {
            name: &name,
            nodes,
            image: &source.node_image,
            https_port: environment.https_port(),
            certs: &certs,
            names: &coredns_config::folder(state),
            mark: &mark,
            built: source.built,
        },
    )
}

/// The registries on the Docker network: the shared one, and the one of a rehearsal.
fn registries<'a>(source: &'a ClusterSource, environment: &'a Environment) -> Vec<&'a str> {
    let own = environment.variables.registry.get_ref().split('/').next().unwrap_or_default();
    let mut names = vec![source.registry.as_str()];
    names.extend(Some(own).filter(|own| is_plain(own) && *own != source.registry));
    names
}

/// containerd's entry for a registry on the Docker network, which uses HTTP.
fn registry_entry(registry: &str) -> String {
    format!(
        "server = \"http://{registry}\"\n\n[host.\"http://{registry}\"]\ncapabilities = [\"pull\", \"resolve\"]\n"
    )
}

async fn record_cluster(
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
    let record = ClusterRecord {
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

/// Requests the identity with retries: kubeadm sometimes restarts the API server's container once more.
async fn identity(client: &Client) -> Result<String> {
    wait(Deadline::after(Duration::from_mins(1)), PAUSE, "reach the new cluster", || async {
        client.uid().await.map(Observation::Ready)
    })
    .await
}

fn report(step: &Step, line: &Line) {
    if let Some(text) = started_action(&line.text) {
        step.progress(0, None, text);
    }
}

/// The action that a line of kind's output starts, without its bullet and emoji.
fn started_action(line: &str) -> Option<String> {
    let text = line.trim_start().strip_prefix('•')?;
    let words: Vec<&str> = text.split_whitespace().filter(|word| word.is_ascii() && *word != "...").collect();
    Some(words.join(" "))
}

fn explain(error: ToolError, environment: &Environment, name: &str) -> Failure {
    let tail = error.tail().unwrap_or_default().to_owned();
    let failure = error.into_failure(Kind::Cluster, format!("cannot create the cluster `{name}`"));
    if free_port::reports_port_in_use(&tail) {
        let (file, port) = (format!("envs/{}.toml", environment.name()), environment.https_port());
        return failure.hint(format!(
            "port {port} is in use: run `seasense doctor` to see by which process, or change `{file}`"
        ));
    }
    failure.hint("run the command again: it removes the incomplete cluster and creates a new one")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registry_entry_is_plain_http_and_pull_only() {
        let entry: toml::Table = registry_entry("seasense-registry:5000").parse().unwrap();
        let host = &entry["host"]["http://seasense-registry:5000"];
        assert_eq!(host["capabilities"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn progress_is_shown_without_pictures() {
        let action = started_action(" • Starting control-plane 🕹️  ...");
        assert_eq!(action.as_deref(), Some("Starting control-plane"));
        assert_eq!(started_action(" ✓ Starting control-plane 🕹️"), None);
    }
}
