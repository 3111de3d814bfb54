//! The address of the container daemon, and where it comes from.

use std::path::{Path, PathBuf};

use super::context::{self, DockerContext};
use crate::base::failure::{Failure, Kind, Result};

const DOCKER_SOCKET: &str = "/var/run/docker.sock";
/// The longest path of a Unix socket in bytes.
const SOCKET_PATH: usize = 107;

/// Where an address comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    DockerHost,
    Context(String),
    Default,
    Podman,
}

/// The address of a container daemon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// A URL, for example `unix:///var/run/docker.sock`.
    pub address: String,
    /// The directory with `ca.pem`, `cert.pem` and `key.pem` for TLS.
    tls: Option<PathBuf>,
    source: Source,
}

/// The settings of this process that select a daemon.
#[derive(Debug, Default)]
struct Settings {
    host: Option<String>,
    context: Option<String>,
    /// `DOCKER_CERT_PATH`, if `DOCKER_TLS_VERIFY` is set.
    tls: Option<PathBuf>,
    folder: Option<PathBuf>,
    podman: Vec<PathBuf>,
}

impl Settings {
    #[expect(clippy::disallowed_methods, reason = "these are Docker's own settings, not ours")]
    fn of_process() -> Self {
        let path = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = || path("HOME").map(|home| home.join(".docker"));
        let verify = path("DOCKER_TLS_VERIFY").is_some();
        let folder = path("DOCKER_CONFIG").or_else(home);
        let user = rustix::process::geteuid().as_raw();
        let podman = [
            path("XDG_RUNTIME_DIR").map(|folder| folder.join("podman/podman.sock")),
            Some(PathBuf::from(format!("/run/user/{user}/podman/podman.sock"))),
            Some(PathBuf::from("/run/podman/podman.sock")),
        ];
        Self {
            host: std::env::var("DOCKER_HOST").ok(),
            context: std::env::var("DOCKER_CONTEXT").ok(),
            tls: path("DOCKER_CERT_PATH").or_else(|| folder.clone()).filter(|_| verify),
            folder,
            podman: podman.into_iter().flatten().collect(),
        }
    }
}

impl Endpoint {
    /// The address that the `docker` command would use: `DOCKER_HOST`, else the current context, else Docker's
    /// socket. Without any of them, Podman's socket.
    ///
    /// Fails with kind `Environment` if a setting of Docker is invalid.
    pub fn from_environment() -> Result<Self> {
        Self::choose(Settings::of_process(), Path::exists)
    }

    /// Chooses an address; an empty `DOCKER_HOST` counts as unset, as for the `docker` command.
    fn choose(settings: Settings, exists: impl Fn(&Path) -> bool) -> Result<Self> {
        if let Some(host) = settings.host.as_deref().map(str::trim).filter(|host| !host.is_empty()) {
            return Ok(Self { address: host.to_owned(), tls: settings.tls, source: Source::DockerHost });
        }
        let folder = settings.folder.unwrap_or_default();
        if let Some(DockerContext { name, host, tls }) =
            context::current(settings.context.as_deref(), &folder)?
        {
            return Ok(Self { address: host, tls, source: Source::Context(name) });
        }
        let of =
            |path: &Path, source| Self { address: format!("unix://{}", path.display()), tls: None, source };
        let docker = Path::new(DOCKER_SOCKET);
        Ok(match settings.podman.iter().find(|path| !exists(docker) && exists(path)) {
            Some(path) => of(path, Source::Podman),
            None => of(docker, Source::Default),
        })
    }

    /// The socket on this machine; `None` for another kind of address.
    pub fn socket(&self) -> Option<PathBuf> {
        self.address.strip_prefix("unix://").map(PathBuf::from)
    }

    /// Refuses an address that only the `docker` command can reach, and a daemon on another machine: the ports of
    /// its containers are published there, on 127.0.0.1.
    pub fn require_local(&self) -> Result<()> {
        let refuse = |message: &str| {
            let origin = format!("`{}`, {}", self.address, self.origin());
            Failure::new(Kind::Environment, message).because(origin)
        };
        let (scheme, rest) = self.address.split_once("://").unwrap_or(("", &self.address));
        match scheme {
            "unix" => Ok(()),
            "tcp" | "http" | "https" if is_loopback(rest) => match &self.tls {
                None => Ok(()),
                Some(tls) => Err(refuse("a container daemon on this machine is reached without TLS")
                    .because(format!("`{}` is selected", tls.display()))
                    .hint("use the daemon's socket: `export DOCKER_HOST=unix:///var/run/docker.sock`")),
            },
            "tcp" | "http" | "https" => {
                let why = "its containers publish their ports on 127.0.0.1 of that machine, not of this one";
                Err(refuse("the container daemon is on another machine").because(why).hint(
                    "run seasense on that machine; in CI, mount the daemon's socket, or let the job share the \
                     network of the daemon's container and set DOCKER_HOST=tcp://127.0.0.1:2375",
                ))
            }
            "ssh" => Err(refuse("a container daemon cannot be reached by SSH").hint(
                "run seasense on that machine, or select another context: `docker context use default`",
            )),
            _ => Err(refuse("the address of the container daemon is not valid")
                .hint("it begins with `unix://` or `tcp://`")),
        }
    }

    /// What programs need that run `docker` or `podman` themselves, so that they use the same daemon.
    pub fn for_programs(&self) -> Vec<(&'static str, String)> {
        let mut settings = vec![("DOCKER_HOST", self.address.clone())];
        if self.source == Source::Podman {
            settings.push(("KIND_EXPERIMENTAL_PROVIDER", "podman".to_owned()));
            settings.push(("CONTAINER_HOST", self.address.clone()));
        }
        settings
    }

    /// The failure of a daemon that does not answer at this address.
    pub fn no_answer(&self, cause: &str) -> Failure {
        let failure = Failure::new(Kind::Tool, "no container daemon answers").because(format!(
            "`{}`, {}: {cause}",
            self.address,
            self.origin()
        ));
        let failure = match self.socket() {
            Some(path) if path.as_os_str().len() > SOCKET_PATH => {
                failure.hint(format!("use a shorter path: that of a socket has at most {SOCKET_PATH} bytes"))
            }
            _ => failure,
        };
        let failure = match &self.source {
            Source::DockerHost => {
                failure.hint("check the address in DOCKER_HOST, or unset it to use Docker's current context")
            }
            Source::Context(_) => failure
                .hint("start the daemon of the context, or select another one: `docker context use NAME`"),
            _ => failure,
        };
        failure.hint(
            "start Docker or Podman, or run `./scripts/host`, which installs and starts Docker if it may",
        )
    }

    fn origin(&self) -> String {
        match &self.source {
            Source::DockerHost => "from DOCKER_HOST".to_owned(),
            Source::Context(name) => format!("from the Docker context `{name}`"),
            Source::Default => "the default, because DOCKER_HOST and a context are not set".to_owned(),
            Source::Podman => {
                "Podman's socket, because DOCKER_HOST and a context are not set and Docker's does not exist"
                    .to_owned()
            }
        }
    }
}

/// Whether a TCP address such as `127.0.0.1:2375` is on this machine.
fn is_loopback(address: &str) -> bool {
    let authority = address.split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, _)) => host,
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(host: Option<&str>) -> Settings {
        let podman = ["/run/user/7/podman/podman.sock", "/run/podman/podman.sock"].map(PathBuf::from).into();
        Settings { host: host.map(str::to_owned), podman, ..Settings::default() }
    }

    fn chosen(host: Option<&str>, existing: &[&str]) -> Endpoint {
        let exists = |path: &Path| existing.iter().any(|one| Path::new(one) == path);
        Endpoint::choose(settings(host), exists).unwrap()
    }

    /// Docker's directory of settings in which the context `vm` is selected.
    fn with_context(host: &str) -> tempfile::TempDir {
        use sha2::{Digest as _, Sha256};
        let folder = tempfile::tempdir().unwrap();
        let meta = folder.path().join("contexts/meta").join(hex::encode(Sha256::digest(b"vm")));
        std::fs::create_dir_all(&meta).unwrap();
        let text = format!("{{\"Endpoints\": {{\"docker\": {{\"Host\": \"{host}\"}}}}}}");
        std::fs::write(meta.join("meta.json"), text).unwrap();
        std::fs::write(folder.path().join("config.json"), r#"{"currentContext": "vm"}"#).unwrap();
        folder
    }

    #[test]
    fn empty_docker_host_counts_as_unset() {
        for named in [None, Some(""), Some("  ")] {
            assert_eq!(chosen(named, &[DOCKER_SOCKET]).address, "unix:///var/run/docker.sock", "{named:?}");
        }
        assert_eq!(chosen(Some(""), &["/run/podman/podman.sock"]).source, Source::Podman);
        let both = [DOCKER_SOCKET, "/run/podman/podman.sock"];
        assert_eq!(chosen(None, &both).source, Source::Default);
    }

    #[test]
    fn docker_host_precedes_the_context_and_it_precedes_the_sockets() {
        let folder = with_context("unix:///vm/docker.sock");
        let choose = |host| {
            let settings = Settings { folder: Some(folder.path().to_owned()), ..settings(host) };
            Endpoint::choose(settings, |_| true).unwrap()
        };
        assert_eq!(choose(None).address, "unix:///vm/docker.sock");
        assert_eq!(choose(None).source, Source::Context("vm".to_owned()));
        assert_eq!(choose(Some("unix:///other.sock")).source, Source::DockerHost);
        let named = Settings { context: Some("gone".to_owned()), ..settings(None) };
        assert!(Endpoint::choose(named, |_| true).unwrap_err().message.contains("`gone`"));
    }

    #[test]
    fn failure_names_the_address_and_its_origin() {
        let failure = chosen(Some("tcp://10.9.8.7:2375"), &[]).no_answer("connection refused");
        assert_eq!(failure.causes, ["`tcp://10.9.8.7:2375`, from DOCKER_HOST: connection refused"]);
        assert!(failure.hints[0].contains("unset it"), "{failure:?}");
        let failure = chosen(None, &[]).no_answer("no such file");
        assert!(failure.causes[0].contains("`unix:///var/run/docker.sock`, the default"), "{failure:?}");
        let long = format!("unix:///{}", "d".repeat(120));
        assert!(chosen(Some(&long), &[]).no_answer("x").hints[0].contains("107 bytes"));
    }

    #[test]
    fn a_daemon_on_another_machine_is_refused() {
        for local in ["unix:///x.sock", "tcp://127.0.0.1:2375", "tcp://localhost:2376", "tcp://[::1]:2375"] {
            assert_eq!(chosen(Some(local), &[]).require_local(), Ok(()), "{local}");
        }
        for (remote, message) in [
            ("tcp://docker:2375", "the container daemon is on another machine"),
            ("tcp://10.0.0.7", "the container daemon is on another machine"),
            ("ssh://me@host", "a container daemon cannot be reached by SSH"),
            ("docker.sock", "the address of the container daemon is not valid"),
        ] {
            let failure = chosen(Some(remote), &[]).require_local().unwrap_err();
            assert_eq!((failure.kind, failure.message.as_str()), (Kind::Environment, message));
            assert!(failure.causes[0].contains(remote) && !failure.hints.is_empty(), "{failure:?}");
        }
    }

    #[test]
    fn tls_to_this_machine_is_refused() {
        let settings = Settings { tls: Some("/certs".into()), ..settings(Some("tcp://127.0.0.1:2376")) };
        let failure = Endpoint::choose(settings, |_| true).unwrap().require_local().unwrap_err();
        assert!(failure.causes.contains(&"`/certs` is selected".to_owned()), "{failure:?}");
    }

    #[test]
    fn programs_use_the_same_daemon() {
        assert_eq!(
            chosen(None, &[DOCKER_SOCKET]).for_programs(),
            [("DOCKER_HOST", "unix:///var/run/docker.sock".to_owned())]
        );
        let podman = chosen(None, &["/run/podman/podman.sock"]).for_programs();
        assert!(podman.contains(&("KIND_EXPERIMENTAL_PROVIDER", "podman".to_owned())), "{podman:?}");
    }
}
