//! The connection to the container daemon, and what the daemon says of its host.

use std::{
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::Duration,
};

use bollard::errors::Error;

use crate::base::failure::{Context, Failure, Kind, Result};

/// Loading a node image of several hundred megabytes into a busy daemon can take minutes.
const REQUEST_LIMIT: Duration = Duration::from_mins(15);

const DOCKER_SOCKET: &str = "/var/run/docker.sock";

/// A daemon that answers; cheap to clone.
#[derive(Debug, Clone)]
pub struct Docker {
    pub(super) api: bollard::Docker,
    socket: Option<PathBuf>,
}

/// Who may use the daemon's socket from within a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SocketAccess {
    /// The socket on the host.
    pub path: PathBuf,
    /// The group that owns it.
    pub group: u32,
    /// Whether the daemon runs without root: then the containers' root is the person who started it.
    pub rootless: bool,
}

/// What the daemon says of itself and of its host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaemonInfo {
    /// Version of the daemon, for example `20.10.24`.
    pub version: String,
    /// The API version that was agreed on, for example `1.41`.
    pub api: String,
    /// Version of the control groups, `1` or `2`.
    pub cgroup_version: String,
    /// The host's memory in bytes.
    pub memory: u64,
    /// The host's processors.
    pub cpus: u64,
    /// Where the daemon keeps its data, on the daemon's host.
    pub root_dir: String,
    /// The host's kernel.
    pub kernel: String,
    /// The host's clock when it answered, RFC 3339; empty where it does not tell.
    pub time: String,
}

impl Docker {
    /// Connects to the daemon that `DOCKER_HOST` names, or to Docker's socket, or to Podman's, and agrees on an API version.
    pub async fn connect() -> Result<Self> {
        let client = if docker_is_named() || Path::new(DOCKER_SOCKET).exists() {
            bollard::Docker::connect_with_defaults()
        } else {
            bollard::Docker::connect_with_podman_defaults()
        };
        let client = client.map_err(|error| no_daemon(&error))?;
        let api = client.negotiate_version().await.map_err(|error| no_daemon(&error))?;
        Ok(Self { api: api.with_timeout(REQUEST_LIMIT), socket: socket() })
    }

    /// How a container can reach the daemon; `None` where the daemon is not reached through a socket of this machine.
    pub async fn socket_access(&self) -> Result<Option<SocketAccess>> {
        let Some(path) = self.socket.clone() else { return Ok(None) };
        let Ok(found) = std::fs::metadata(&path) else { return Ok(None) };
        let info = self.api.info().await.context(Kind::Tool, "ask the container daemon about itself")?;
        let options = info.security_options.unwrap_or_default();
        let rootless = options.iter().any(|option| option.contains("rootless"));
        Ok(Some(SocketAccess { path, group: found.gid(), rootless }))
    }

    /// Speaks to whatever answers at `socket`, for tests.
    #[cfg(test)]
    pub(crate) fn at(socket: &str) -> Self {
        Self {
            api: bollard::Docker::connect_with_unix(socket, 10, bollard::API_DEFAULT_VERSION).unwrap(),
            socket: Some(socket.into()),
        }
    }

    /// Asks the daemon about itself.
    pub async fn info(&self) -> Result<DaemonInfo> {
        let info = self.api.info().await.context(Kind::Tool, "ask the container daemon about itself")?;
        let count = |number: Option<i64>| number.and_then(|n| u64::try_from(n).ok()).unwrap_or_default();
        Ok(DaemonInfo {
            version: info.server_version.unwrap_or_default(),
            api: self.api.client_version().to_string(),
            cgroup_version: info.cgroup_version.map_or_else(|| "1".to_owned(), |version| version.to_string()),
            memory: count(info.mem_total),
            cpus: count(info.ncpu),
            root_dir: info.docker_root_dir.unwrap_or_default(),
            kernel: info.kernel_version.unwrap_or_default(),
            time: info.system_time.unwrap_or_default(),
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "DOCKER_HOST is Docker's own setting, not one of ours")]
fn docker_is_named() -> bool {
    std::env::var_os("DOCKER_HOST").is_some()
}

/// The socket that `connect` uses, in the order in which the client looks for one.
#[expect(clippy::disallowed_methods, reason = "DOCKER_HOST is Docker's own setting, not one of ours")]
fn socket() -> Option<PathBuf> {
    if let Some(host) = std::env::var_os("DOCKER_HOST").filter(|host| !host.is_empty()) {
        return host.to_str()?.strip_prefix("unix://").map(PathBuf::from);
    }
    let of_user =
        std::env::var_os("XDG_RUNTIME_DIR").map(|folder| Path::new(&folder).join("podman/podman.sock"));
    let user = rustix::process::geteuid().as_raw();
    let known = [
        Some(PathBuf::from(DOCKER_SOCKET)),
        of_user,
        Some(PathBuf::from(format!("/run/user/{user}/podman/podman.sock"))),
        Some(PathBuf::from("/run/podman/podman.sock")),
    ];
    known.into_iter().flatten().find(|path| path.exists())
}

fn no_daemon(error: &Error) -> Failure {
    Failure::new(Kind::Tool, "no container daemon answers").caused_by(error).hint(
        "start Docker or Podman, or run `./scripts/host`, which installs and starts Docker where it may",
    )
}

/// Turns "no such object" into `None`.
pub(super) fn found<T>(answer: std::result::Result<T, Error>) -> std::result::Result<Option<T>, Error> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(Error::DockerResponseServerError { status_code: 404, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
