//! What there is to know about this machine. Whatever cannot be read is left out, and then judges nothing.

use std::{
    path::Path,
    time::{Duration, SystemTime},
};

use super::ports::{self, Port};
use crate::{
    config::{Environment, Places, Project},
    docker::{DaemonInfo, Docker},
    engine::nodes,
    failure::Failure,
};

/// The facts the rules judge.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// The container daemon, or why none answers.
    pub docker: Option<Result<DaemonInfo, Failure>>,
    /// Free bytes where the daemon and the cache keep their data; the smaller of the two.
    pub disk_free: Option<u64>,
    /// Free memory in bytes, as the kernel estimates it.
    pub memory_available: Option<u64>,
    /// `fs.inotify.max_user_watches`.
    pub inotify_watches: Option<u64>,
    /// `fs.inotify.max_user_instances`.
    pub inotify_instances: Option<u64>,
    /// The ports the environment takes.
    pub ports: Vec<Port>,
    /// How far the clock stands before the newest file of the project.
    pub clock_behind: Option<Duration>,
    /// Whether the cluster exists already: then its memory is in use by itself.
    pub cluster_exists: bool,
}

/// Gathers the facts.
pub async fn gather(places: &Places, project: &Project, environment: &Environment) -> Facts {
    let docker = Docker::connect().await;
    let info = match &docker {
        Ok(docker) => docker.info().await,
        Err(failure) => Err(failure.clone()),
    };
    let containers = match &docker {
        Ok(docker) => docker.list_containers(&[]).await.unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    let cluster = environment.cluster_name();
    let cluster_exists = match &docker {
        Ok(docker) => nodes::of(docker, &cluster).await.is_ok_and(|nodes| !nodes.is_empty()),
        Err(_) => false,
    };
    let root = info.as_ref().map(|info| info.root_dir.clone()).unwrap_or_default();
    let wanted = [
        ("ports.https", environment.https_port(), format!("{cluster}-control-plane")),
        ("ports.registry", *environment.ports.registry.get_ref(), places.registry().to_owned()),
    ];
    Facts {
        docker: Some(info),
        disk_free: [Path::new(&root), places.cache()].into_iter().filter_map(free_bytes).min(),
        memory_available: memory_available(),
        inotify_watches: setting("max_user_watches"),
        inotify_instances: setting("max_user_instances"),
        ports: wanted
            .into_iter()
            .map(|(id, port, owner)| ports::look(id, port, &owner, &containers))
            .collect(),
        clock_behind: clock_behind(project, SystemTime::now()),
        cluster_exists,
    }
}

/// Free bytes of the file system that holds `folder` or will hold it.
fn free_bytes(folder: &Path) -> Option<u64> {
    let there = folder.ancestors().find(|folder| folder.is_dir())?;
    let found = rustix::fs::statvfs(there).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

fn memory_available() -> Option<u64> {
    available(&std::fs::read_to_string("/proc/meminfo").ok()?)
}

fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

fn setting(name: &str) -> Option<u64> {
    std::fs::read_to_string(format!("/proc/sys/fs/inotify/{name}")).ok()?.trim().parse().ok()
}

/// A clock before the time the clone was written makes every certificate "not yet valid".
fn clock_behind(project: &Project, now: SystemTime) -> Option<Duration> {
    let written = std::fs::metadata(project.root().join("Cargo.toml")).ok()?.modified().ok()?;
    written.duration_since(now).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_kernel_calls_available() {
        assert_eq!(available("MemTotal: 9 kB\nMemAvailable:   2048 kB\n"), Some(2 * 1024 * 1024));
        assert_eq!(available("MemTotal: 9 kB\n"), None);
    }
}
