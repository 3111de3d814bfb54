//! Collects from this machine: containers, node logs, doctor findings, the supply lock and the last run.

use serde_json::{Value, json};

use super::{Subject, cluster::tail, collector::Collector};
use crate::{
    base::{
        docker::{Container, Docker, labels},
        timing::{History, critical_path},
    },
    images,
    local::doctor,
};

/// The label of kind on the nodes of a cluster.
const KIND_CLUSTER: &str = "io.x-k8s.kind.cluster";
/// The maximum lines of each log.
const LINES: &str = "1000";
const CONTAINER_LINES: usize = 1000;

/// The files and commands that are run in a node, which work without its API server.
const OF_NODE: [(&str, &[&str]); 3] = [
    ("tasks.txt", &["ctr", "--namespace", "k8s.io", "tasks", "ls"]),
    ("disk.txt", &["df", "-h", "/", "/var"]),
    ("memory.txt", &["cat", "/proc/meminfo", "/proc/loadavg"]),
];
const LOGS_OF_NODE: [(&str, &[&str]); 2] = [
    ("kubelet.log", &["journalctl", "-u", "kubelet", "-n", LINES, "--no-pager", "-o", "short-iso"]),
    ("containerd.log", &["journalctl", "-u", "containerd", "-n", LINES, "--no-pager", "-o", "short-iso"]),
];

/// Collects the containers of this environment and the shared ones, with their logs.
pub(super) async fn docker(subject: Subject<'_>, docker: &Docker, logs: bool, collector: &Collector) {
    if let Some(info) = collector.ok("docker/daemon.json", docker.info().await) {
        let value = json!({"version": info.version, "api": info.api, "cgroup_version": info.cgroup_version,
            "memory": info.memory, "cpus": info.cpus, "kernel": info.kernel});
        collector.data("docker/daemon.json", value);
    }
    let cluster = subject.environment.cluster_name();
    let Some(all) = collector.ok("docker/containers.json", docker.list_containers(&[]).await) else { return };
    let included: Vec<&Container> = all.iter().filter(|container| is_included(container, &cluster)).collect();
    collector.data("docker/containers.json", included.iter().map(|container| describe(container)).collect());
    if !logs {
        return;
    }
    for container in included {
        let path = format!("docker/{}.log", container.name);
        if let Some(text) = collector.ok(&path, docker.logs(&container.name, CONTAINER_LINES).await) {
            collector.text(path, tail(&text));
        }
    }
}

/// Whether the container belongs to this environment or is shared by all.
fn is_included(container: &Container, cluster: &str) -> bool {
    match container.labels.get(KIND_CLUSTER) {
        // The nodes of other environments inherit our labels from the image.
        Some(name) => name == cluster,
        None if container.labels.contains_key(labels::ENVIRONMENT) => {
            container.name == crate::local::buoys::fleet::container(cluster)
        }
        None => labels::is_ours(&container.labels),
    }
}

/// Describes a container without its environment variables and host paths.
fn describe(container: &Container) -> Value {
    let ports: Vec<String> = container
        .ports
        .iter()
        .map(|port| format!("{}:{} -> {}", port.address, port.host, port.container))
        .collect();
    json!({"name": container.name, "image": container.image, "image_id": container.image_id, "running": container.running,
        "status": container.status, "addresses": container.addresses, "ports": ports,
        "mounted": container.mounts.keys().collect::<Vec<_>>(),
        "labels": container.labels.iter().filter(|(name, _)| name.starts_with("org.seasense.") || name.starts_with("io.x-k8s.kind.")).collect::<std::collections::BTreeMap<_, _>>()})
}

/// Collects state and logs of each running node.
pub(super) async fn nodes(subject: Subject<'_>, docker: &Docker, logs: bool, collector: &Collector) {
    let filter = format!("{KIND_CLUSTER}={}", subject.environment.cluster_name());
    let Some(nodes) = collector.ok("nodes", docker.list_containers(&[filter]).await) else { return };
    for node in nodes.iter().filter(|node| node.running) {
        for (file, command) in
            OF_NODE.iter().chain(&LOGS_OF_NODE[..if logs { LOGS_OF_NODE.len() } else { 0 }])
        {
            let path = format!("nodes/{}/{file}", node.name);
            if let Some(captured) = collector.ok(&path, docker.exec(&node.name, command, None).await) {
                collector.text(path, tail(&captured.stdout));
            }
        }
    }
}

/// Collects the findings of `doctor`: the daemon, free disk and memory, ports, the clock.
pub(super) async fn findings(subject: Subject<'_>, collector: &Collector) {
    let found = doctor::examine(subject.dirs, subject.project, subject.environment).await;
    collector.serialized("machine.json", &found);
}

/// Collects files of this machine: the environment file, the supply lock and the last run.
pub(super) fn files(subject: Subject<'_>, collector: &Collector) {
    let name = subject.environment.name();
    let file = format!("envs/{name}.toml");
    match std::fs::read_to_string(subject.project.root().join(&file)) {
        Ok(text) => collector.text(&file, text),
        Err(error) => collector.missing(&file, error.to_string()),
    }
    collector.serialized("variables.json", &subject.environment.to_variables());
    if let Some(lock) = collector.ok("lock.json", images::locked(subject.dirs, images::Mode::Auto)) {
        collector.serialized("lock.json", &without_paths(&lock));
    }
    let history = History::read(subject.dirs.cache(), name);
    let Some(run) = history.last(subject.environment.instance()) else {
        collector.missing("run", "no run of `seasense dev` is recorded");
        return;
    };
    collector.serialized("run/timings.json", run);
    let path = critical_path(&run.steps);
    let names: Vec<&str> = path.iter().map(|step| step.step.as_str()).collect();
    collector.text("run/critical-path.txt", names.join("\n") + "\n");
    collector.text("run/plan.txt", run.plan.join("\n") + "\n");
}

/// Removes the directories of the tools, which may contain user names.
fn without_paths(lock: &images::Lock) -> images::Lock {
    let mut lock = lock.clone();
    for tool in lock.tools.values_mut() {
        tool.path = tool.path.file_name().map(std::path::PathBuf::from).unwrap_or_default();
    }
    lock
}
