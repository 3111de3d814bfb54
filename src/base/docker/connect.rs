//! The connection to the container daemon, and the daemon's information about its host.

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

/// A connection to the container daemon; cheap to clone.
#[derive(Debug, Clone)]
pub struct Docker {
    pub(super) api: bollard::Docker,
    socket: Option<PathBuf>,
}

/// The access of a container to the daemon's socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SocketAccess {
    /// The path of the socket on the host.
    pub path: PathBuf,
    /// The group that owns it.
    pub group: u32,
    /// Whether the daemon is rootless: root in a container is then the user who started the daemon.
    pub rootless: bool,
}

/// The daemon's information about itself and its host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaemonInfo {
    /// Version of the daemon, for example `20.10.24`.
    pub version: String,
    /// The negotiated API version, for example `1.41`.
    pub api: String,
    /// Version of the control groups, `1` or `2`.
    pub cgroup_version: String,
    /// The host's memory in bytes.
    pub memory: u64,
    /// The host's processors.
    pub cpus: u64,
    /// The data directory of the daemon, on the daemon's host.
    pub root_dir: String,
    /// The host's kernel.
    pub kernel: String,
    /// The host's clock at the time of the response, RFC 3339; empty if the daemon does not report it.
    pub time: String,
}

impl Docker {
    /// Connects to the daemon of `DOCKER_HOST`, or to Docker's socket, or to Podman's, and negotiates the API
    /// version.
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

    /// Returns how a container reaches the daemon; `None` if the daemon is not reached through a local socket.
    pub async fn socket_access(&self) -> Result<Option<SocketAccess>> {
        let Some(path) = self.socket.clone() else { return Ok(None) };
        let Ok(found) = std::fs::metadata(&path) else { return Ok(None) };
        let info =
            self.api.info().await.context(Kind::Tool, "read the information of the container daemon")?;
        let options = info.security_options.unwrap_or_default();
        let rootless = options.iter().any(|option| option.contains("rootless"));
        Ok(Some(SocketAccess { path, group: found.gid(), rootless }))
    }

    /// Connects to `socket`, for tests.
    #[cfg(test)]
    pub(crate) fn at(socket: &str) -> Self {
        Self {
            api: bollard::Docker::connect_with_unix(socket, 10, bollard::API_DEFAULT_VERSION).unwrap(),
            socket: Some(socket.into()),
        }
    }

    /// Reads the daemon's information.
    pub async fn info(&self) -> Result<DaemonInfo> {
        let info =
            self.api.info().await.context(Kind::Tool, "read the information of the container daemon")?;
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

/// The socket that `connect` uses, in the order of the client's search.
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
    Failure::new(Kind::Tool, "no container daemon answers")
        .caused_by(error)
        .hint("start Docker or Podman, or run `./scripts/host`, which installs and starts Docker if it may")
}

/// Converts a response with status 404 to `None`.
pub(super) fn found<T>(answer: std::result::Result<T, Error>) -> std::result::Result<Option<T>, Error> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(Error::DockerResponseServerError { status_code: 404, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
