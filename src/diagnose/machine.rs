//! What the machine tells: our containers, the nodes' own logs, the room that is left, the lock, earlier runs.

use serde_json::{Value, json};

use super::{Subject, basket::Basket, cluster::tail};
use crate::{
    base::{
        docker::{Container, Docker, labels},
        timing::{History, critical_path},
    },
    images,
    local::doctor,
};

/// The label kind puts on the nodes of a cluster.
const KIND_CLUSTER: &str = "io.x-k8s.kind.cluster";
/// Lines of each log.
const LINES: &str = "1000";
const CONTAINER_LINES: usize = 1000;

/// What is asked of a node by itself, for when its API server does not answer: the file, and the command.
const OF_NODE: [(&str, &[&str]); 3] = [
    ("tasks.txt", &["ctr", "--namespace", "k8s.io", "tasks", "ls"]),
    ("disk.txt", &["df", "-h", "/", "/var"]),
    ("memory.txt", &["cat", "/proc/meminfo", "/proc/loadavg"]),
];
const LOGS_OF_NODE: [(&str, &[&str]); 2] = [
    ("kubelet.log", &["journalctl", "-u", "kubelet", "-n", LINES, "--no-pager", "-o", "short-iso"]),
    ("containerd.log", &["journalctl", "-u", "containerd", "-n", LINES, "--no-pager", "-o", "short-iso"]),
];

/// Our containers as the daemon sees them, and what those of this environment wrote.
pub(super) async fn docker(subject: Subject<'_>, docker: &Docker, logs: bool, basket: &Basket) {
    if let Some(info) = basket.taken("docker/daemon.json", docker.info().await) {
        let value = json!({"version": info.version, "api": info.api, "cgroup_version": info.cgroup_version,
            "memory": info.memory, "cpus": info.cpus, "kernel": info.kernel});
        basket.data("docker/daemon.json", value);
    }
    let cluster = subject.environment.cluster_name();
    let Some(all) = basket.taken("docker/containers.json", docker.list_containers(&[]).await) else { return };
    let ours: Vec<&Container> = all.iter().filter(|container| is_ours(container, &cluster)).collect();
    basket.data("docker/containers.json", ours.iter().map(|container| describe(container)).collect());
    if !logs {
        return;
    }
    for container in ours {
        let path = format!("docker/{}.log", container.name);
        if let Some(text) = basket.taken(&path, docker.logs(&container.name, CONTAINER_LINES).await) {
            basket.text(path, tail(&text));
        }
    }
}

/// Of this environment, or shared by all.
fn is_ours(container: &Container, cluster: &str) -> bool {
    match container.labels.get(KIND_CLUSTER) {
        // The nodes of other environments bear our labels as well: they have them from the image.
        Some(name) => name == cluster,
        None if container.labels.contains_key(labels::ENVIRONMENT) => {
            container.name == crate::local::buoys::fleet::container(cluster)
        }
        None => labels::is_ours(&container.labels),
    }
}

/// Neither variables nor the host's folders are told.
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

/// What each running node says of itself.
pub(super) async fn nodes(subject: Subject<'_>, docker: &Docker, logs: bool, basket: &Basket) {
    let filter = format!("{KIND_CLUSTER}={}", subject.environment.cluster_name());
    let Some(nodes) = basket.taken("nodes", docker.list_containers(&[filter]).await) else { return };
    for node in nodes.iter().filter(|node| node.running) {
        for (file, command) in
            OF_NODE.iter().chain(&LOGS_OF_NODE[..if logs { LOGS_OF_NODE.len() } else { 0 }])
        {
            let path = format!("nodes/{}/{file}", node.name);
            if let Some(captured) = basket.taken(&path, docker.exec(&node.name, command, None).await) {
                basket.text(path, tail(&captured.stdout));
            }
        }
    }
}

/// What `doctor` finds: the daemon, free disk and memory, ports, the clock.
pub(super) async fn findings(subject: Subject<'_>, basket: &Basket) {
    let found = doctor::examine(subject.dirs, subject.project, subject.environment).await;
    basket.serialized("machine.json", &found);
}

/// What lies on this machine's disk: the environment file, the lock, the times of the last runs.
pub(super) fn files(subject: Subject<'_>, basket: &Basket) {
    let name = subject.environment.name();
    let file = format!("envs/{name}.toml");
    match std::fs::read_to_string(subject.project.root().join(&file)) {
        Ok(text) => basket.text(&file, text),
        Err(error) => basket.missing(&file, error.to_string()),
    }
    basket.serialized("variables.json", &subject.environment.to_variables());
    if let Some(lock) = basket.taken("lock.json", images::locked(subject.dirs, images::Mode::Auto)) {
        basket.serialized("lock.json", &without_paths(&lock));
    }
    let history = History::read(subject.dirs.cache(), name);
    let Some(run) = history.last(subject.environment.instance()) else {
        basket.missing("run", "no run of `seasense dev` is written down");
        return;
    };
    basket.serialized("run/timings.json", run);
    let links = critical_path(&run.steps);
    let names: Vec<&str> = links.iter().map(|link| link.step.as_str()).collect();
    basket.text("run/chain.txt", names.join("\n") + "\n");
    basket.text("run/plan.txt", run.plan.join("\n") + "\n");
}

/// Where a tool lies on this machine is nobody's business.
fn without_paths(lock: &images::Lock) -> images::Lock {
    let mut lock = lock.clone();
    for tool in lock.tools.values_mut() {
        tool.path = tool.path.file_name().map(std::path::PathBuf::from).unwrap_or_default();
    }
    lock
}
