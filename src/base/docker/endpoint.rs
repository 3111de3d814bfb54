//! The address of the container daemon, and where it comes from.

use std::path::{Path, PathBuf};

use crate::base::failure::{Failure, Kind};

const DOCKER_SOCKET: &str = "/var/run/docker.sock";
/// The longest path of a Unix socket in bytes.
const SOCKET_PATH: usize = 107;

/// Where an address comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    DockerHost,
    Default,
    Podman,
}

/// The address of a container daemon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// A URL, for example `unix:///var/run/docker.sock`.
    pub address: String,
    source: Source,
}

impl Endpoint {
    /// The address in `DOCKER_HOST`, or Docker's socket, or Podman's.
    #[expect(clippy::disallowed_methods, reason = "DOCKER_HOST is Docker's own setting, not one of ours")]
    pub fn from_environment() -> Self {
        let named = std::env::var("DOCKER_HOST").ok();
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        let user = rustix::process::geteuid().as_raw();
        let podman = [
            runtime.map(|folder| folder.join("podman/podman.sock")),
            Some(PathBuf::from(format!("/run/user/{user}/podman/podman.sock"))),
            Some(PathBuf::from("/run/podman/podman.sock")),
        ];
        Self::choose(named.as_deref(), podman.into_iter().flatten(), Path::exists)
    }

    /// Chooses an address; an empty `DOCKER_HOST` counts as unset, as for the `docker` command.
    fn choose(
        named: Option<&str>,
        mut podman: impl Iterator<Item = PathBuf>,
        exists: impl Fn(&Path) -> bool,
    ) -> Self {
        if let Some(named) = named.map(str::trim).filter(|named| !named.is_empty()) {
            return Self { address: named.to_owned(), source: Source::DockerHost };
        }
        let of = |path: &Path, source| Self { address: format!("unix://{}", path.display()), source };
        let docker = Path::new(DOCKER_SOCKET);
        match podman.find(|path| !exists(docker) && exists(path)) {
            Some(path) => of(&path, Source::Podman),
            None => of(docker, Source::Default),
        }
    }

    /// The socket on this machine; `None` for another kind of address.
    pub fn socket(&self) -> Option<PathBuf> {
        self.address.strip_prefix("unix://").map(PathBuf::from)
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
        let failure = match (self.source, context()) {
            (Source::DockerHost, _) => {
                failure.hint("check the address in DOCKER_HOST, or unset it to use Docker's own socket")
            }
            (_, Some(name)) => failure.because(format!("the Docker context `{name}` is not read")).hint(format!(
                "export DOCKER_HOST=\"$(docker context inspect {name} --format '{{{{.Endpoints.docker.Host}}}}')\""
            )),
            _ => failure,
        };
        failure.hint(
            "start Docker or Podman, or run `./scripts/host`, which installs and starts Docker if it may",
        )
    }

    const fn origin(&self) -> &'static str {
        match self.source {
            Source::DockerHost => "from DOCKER_HOST",
            Source::Default => "the default, because DOCKER_HOST is not set",
            Source::Podman => "Podman's socket, because DOCKER_HOST is not set and Docker's does not exist",
        }
    }
}

/// The context that the `docker` command uses, unless it is the default one.
#[expect(clippy::disallowed_methods, reason = "these are Docker's own settings, not ours")]
fn context() -> Option<String> {
    let folder = std::env::var_os("DOCKER_CONFIG").map(PathBuf::from);
    let folder = folder.or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".docker")));
    let settings = folder.and_then(|folder| std::fs::read(folder.join("config.json")).ok());
    let named = std::env::var("DOCKER_CONTEXT").ok().filter(|name| !name.is_empty());
    named.or_else(|| current_context(&settings?)).filter(|name| name != "default")
}

fn current_context(settings: &[u8]) -> Option<String> {
    let settings: serde_json::Value = serde_json::from_slice(settings).ok()?;
    settings["currentContext"].as_str().filter(|name| !name.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(named: Option<&str>, existing: &[&str]) -> Endpoint {
        let podman = ["/run/user/7/podman/podman.sock", "/run/podman/podman.sock"].map(PathBuf::from);
        Endpoint::choose(named, podman.into_iter(), |path| existing.iter().any(|one| Path::new(one) == path))
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
    fn current_context_is_read_from_dockers_settings() {
        assert_eq!(current_context(br#"{"currentContext": "colima"}"#).as_deref(), Some("colima"));
        assert_eq!(current_context(br#"{"auths": {}}"#), None);
        assert_eq!(current_context(b"{half"), None);
    }
}
