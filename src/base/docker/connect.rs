//! The connection to the container daemon, and the daemon's information about its host.

use std::{os::unix::fs::MetadataExt, path::PathBuf, time::Duration};

use bollard::errors::Error;

use super::endpoint::Endpoint;
use crate::base::{
    failure::{Context, Kind, Result},
    platform::Platform,
};

/// Loading a node image of several hundred megabytes into a busy daemon can take minutes.
const REQUEST_LIMIT: Duration = Duration::from_mins(15);

/// A daemon under load still negotiates its version within this time; a wrong address may never answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// A connection to the container daemon; cheap to clone.
#[derive(Debug, Clone)]
pub struct Docker {
    pub(super) api: bollard::Docker,
    socket: Option<PathBuf>,
    programs: Vec<(&'static str, String)>,
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
    /// Connects to the daemon that the `docker` command would use, or to Podman's, and negotiates the API version.
    pub async fn connect() -> Result<Self> {
        let endpoint = Endpoint::from_environment()?;
        endpoint.require_local()?;
        let client = bollard::Docker::connect_with_host(&endpoint.address)
            .map_err(|error| endpoint.no_answer(&error.to_string()))?;
        let answered = tokio::time::timeout(ANSWER_LIMIT, client.negotiate_version()).await;
        let api = match answered {
            Ok(answered) => answered.map_err(|error| endpoint.no_answer(&with_causes(&error)))?,
            Err(_) => return Err(endpoint.no_answer(&format!("no answer in {} s", ANSWER_LIMIT.as_secs()))),
        };
        let programs = endpoint.for_programs();
        Ok(Self { api: api.with_timeout(REQUEST_LIMIT), socket: endpoint.socket(), programs })
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

    /// The environment variables for programs that run `docker` or `podman` themselves, so that they use the same
    /// daemon.
    pub fn for_programs(&self) -> &[(&'static str, String)] {
        &self.programs
    }

    /// Connects to `socket`, for tests.
    #[cfg(test)]
    pub(crate) fn at(socket: &str) -> Self {
        Self {
            api: bollard::Docker::connect_with_unix(socket, 10, bollard::API_DEFAULT_VERSION).unwrap(),
            socket: Some(socket.into()),
            programs: vec![("DOCKER_HOST", format!("unix://{socket}"))],
        }
    }

    /// Returns the platform of the daemon's host, which is that of its images. Another one than we have images for is
    /// refused.
    pub async fn platform(&self) -> Result<Platform> {
        let info = self.api.info().await.context(Kind::Tool, "read the platform of the container daemon")?;
        Platform::of_daemon(&info.os_type.unwrap_or_default(), &info.architecture.unwrap_or_default())
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

/// The message of an error with those of its causes, without repetitions.
fn with_causes(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        let message = next.to_string();
        if !text.contains(&message) {
            text = format!("{text}: {message}");
        }
        cause = next.source();
    }
    text
}

/// Converts a response with status 404 to `None`.
pub(super) fn found<T>(answer: std::result::Result<T, Error>) -> std::result::Result<Option<T>, Error> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(Error::DockerResponseServerError { status_code: 404, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
