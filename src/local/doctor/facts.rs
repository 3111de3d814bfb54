//! Gathers the facts about this machine. A fact that cannot be read is left out, and its rule is skipped.

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::ports::{self, Port};
use crate::{
    base::{
        docker::{DaemonInfo, Docker},
        failure::Failure,
    },
    config::{Environment, HostDirs, Project},
    local::cluster::nodes,
};

/// The facts that the rules evaluate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// The container daemon, or why it does not respond.
    pub docker: Option<Result<DaemonInfo, Failure>>,
    /// Free bytes on the file systems of the daemon and of the cache; the smaller of the two.
    pub disk_free: Option<u64>,
    /// Free memory in bytes, as the kernel estimates it.
    pub memory_available: Option<u64>,
    /// `fs.inotify.max_user_watches`.
    pub inotify_watches: Option<u64>,
    /// `fs.inotify.max_user_instances`.
    pub inotify_instances: Option<u64>,
    /// The ports that the environment uses.
    pub ports: Vec<Port>,
    /// How far the clock is behind `Cargo.toml` of the project.
    pub clock_behind: Option<Duration>,
    /// The absolute difference between the daemon's clock and this machine's.
    pub daemon_skew: Option<Duration>,
    /// The environment's state directory and its mode.
    pub state: Option<(PathBuf, u32)>,
    /// Whether the cluster exists: then it already uses its memory.
    pub cluster_exists: bool,
}

/// Gathers the facts.
pub async fn gather(dirs: &HostDirs, project: &Project, environment: &Environment) -> Facts {
    let docker = Docker::connect().await;
    let info = match &docker {
        Ok(docker) => docker.info().await,
        Err(failure) => Err(failure.clone()),
    };
    let daemon_skew = info.as_ref().ok().and_then(|info| skew(&info.time, SystemTime::now()));
    let cluster = environment.cluster_name();
    let cluster_exists = match &docker {
        Ok(docker) => nodes::of(docker, &cluster).await.is_ok_and(|nodes| !nodes.is_empty()),
        Err(_) => false,
    };
    let root = info.as_ref().map(|info| info.root_dir.clone()).unwrap_or_default();
    let wanted = [
        (("ports.https", true), environment.https_port(), format!("{cluster}-control-plane")),
        (("ports.registry", false), *environment.ports.registry.get_ref(), dirs.registry().to_owned()),
    ];
    let state = dirs.state(&cluster);
    let mode = std::fs::metadata(&state).ok().map(|found| found.permissions().mode());
    Facts {
        daemon_skew,
        state: mode.map(|mode| (state, mode)),
        docker: Some(info),
        disk_free: [Path::new(&root), dirs.cache()].into_iter().filter_map(free_bytes).min(),
        memory_available: memory_available(),
        inotify_watches: setting("max_user_watches"),
        inotify_instances: setting("max_user_instances"),
        ports: ports::inspect_until_stable(|| async {
            let containers = match &docker {
                Ok(docker) => docker.list_containers(&[]).await.unwrap_or_default(),
                Err(_) => Vec::new(),
            };
            wanted.iter().map(|(id, port, owner)| ports::inspect(*id, *port, owner, &containers)).collect()
        })
        .await,
        clock_behind: clock_behind(project, SystemTime::now()),
        cluster_exists,
    }
}

/// Free bytes of the file system that contains `folder` or will contain it.
fn free_bytes(folder: &Path) -> Option<u64> {
    let existing = folder.ancestors().find(|folder| folder.is_dir())?;
    let found = rustix::fs::statvfs(existing).ok()?;
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

/// The absolute difference between `reported`, RFC 3339, and `now`.
fn skew(reported: &str, now: SystemTime) -> Option<Duration> {
    let reported = SystemTime::from(reported.parse::<jiff::Timestamp>().ok()?);
    now.duration_since(reported).or_else(|_| reported.duration_since(now)).ok()
}

/// How far the clock is behind a file of the checkout: with a slow clock, valid certificates are "not yet valid".
fn clock_behind(project: &Project, now: SystemTime) -> Option<Duration> {
    let written = std::fs::metadata(project.root().join("Cargo.toml")).ok()?.modified().ok()?;
    written.duration_since(now).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_skew_is_absolute() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(100);
        assert_eq!(skew("1970-01-01T00:01:30Z", now), Some(Duration::from_secs(10)));
        assert_eq!(skew("1970-01-01T02:01:50+02:00", now), Some(Duration::from_secs(10)));
        assert_eq!(skew("", now), None);
    }

    #[test]
    fn available_memory_is_read_from_meminfo() {
        assert_eq!(available("MemTotal: 9 kB\nMemAvailable:   2048 kB\n"), Some(2 * 1024 * 1024));
        assert_eq!(available("MemTotal: 9 kB\n"), None);
    }
}
