//! The directories on this machine: the project, the cache of all clones, and the private state of each
//! environment.

use std::path::{Path, PathBuf};

use super::EnvName;
use crate::base::failure::{Context, Failure, Kind, Result};

/// A checkout of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    root: PathBuf,
}

impl Project {
    /// Finds the project that contains `from`: the nearest parent directory with `envs/` and `gitops/`.
    pub fn find(from: &Path) -> Result<Self> {
        from.ancestors()
            .find(|folder| folder.join("envs").is_dir() && folder.join("gitops").is_dir())
            .map(|root| Self { root: root.to_owned() })
            .ok_or_else(|| {
                Failure::new(Kind::Usage, format!("`{}` is not in a SeaSense project", from.display()))
                    .because("no parent directory contains both `envs` and `gitops`")
                    .hint("run seasense inside the clone, or pass `--project DIR`")
            })
    }

    /// The root directory of the project.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

/// The directory of Cargo's package sources: `CARGO_HOME`, or `.cargo` in the home directory.
#[expect(clippy::disallowed_methods, reason = "`config` is the reader of the environment")]
pub fn cargo_home() -> Option<PathBuf> {
    let named = std::env::var_os("CARGO_HOME").filter(|value| !value.is_empty()).map(PathBuf::from);
    named.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))
}

/// The user's home directory, and the Java installation that `JAVA_HOME` names.
#[expect(clippy::disallowed_methods, reason = "`config` is the reader of the environment")]
pub fn home_and_java() -> (Option<PathBuf>, Option<PathBuf>) {
    let folder = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    (folder("HOME"), folder("JAVA_HOME"))
}

/// The default name of the registry's container; the manifests in the cluster use it.
const REGISTRY: &str = "seasense-registry";

/// The directory with the state of attached environments.
const ATTACHED: &str = "attached.d";

/// The directory in which infrastructure is planned and applied.
const INFRA: &str = "infra.d";

/// The directories outside the project, and the name of the registry's container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostDirs {
    cache: PathBuf,
    state: PathBuf,
    registry: String,
}

impl HostDirs {
    /// Uses `SEASENSE_CACHE` and `SEASENSE_STATE`, or the XDG directories; and `SEASENSE_REGISTRY`.
    #[expect(clippy::disallowed_methods, reason = "`config` is the reader of the environment")]
    pub fn from_environment() -> Result<Self> {
        let home = std::env::var_os("HOME").map(PathBuf::from);
        let base = |own: &str, xdg: &str, fallback: &str| {
            std::env::var_os(own).filter(|value| !value.is_empty()).map(PathBuf::from).or_else(|| {
                let folder = std::env::var_os(xdg).map(PathBuf::from).filter(|path| path.is_absolute());
                Some(folder.or_else(|| Some(home.as_ref()?.join(fallback)))?.join("seasense"))
            })
        };
        let missing = || {
            Failure::new(Kind::Tool, "cannot find the cache and state directories").because("HOME is not set")
        };
        Ok(Self {
            cache: base("SEASENSE_CACHE", "XDG_CACHE_HOME", ".cache").ok_or_else(missing)?,
            state: base("SEASENSE_STATE", "XDG_STATE_HOME", ".local/state").ok_or_else(missing)?,
            registry: std::env::var("SEASENSE_REGISTRY")
                .ok()
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| REGISTRY.to_owned()),
        })
    }

    /// Uses the given directories.
    pub fn new(cache: impl Into<PathBuf>, state: impl Into<PathBuf>) -> Self {
        Self { cache: cache.into(), state: state.into(), registry: REGISTRY.to_owned() }
    }

    /// The name of the registry's container, which all clones share. A test of the supplies sets another name
    /// (`SEASENSE_REGISTRY`), so that it never touches the registry of running clusters.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The cache, shared by all clones; everything in it can be created again.
    pub fn cache(&self) -> &Path {
        &self.cache
    }

    /// The parent of all state directories.
    pub fn states(&self) -> &Path {
        &self.state
    }

    /// The state directory of the cluster `cluster`: its kubeconfig, its CA certificate, the key of its fleet.
    pub fn state(&self, cluster: &str) -> PathBuf {
        self.state.join(cluster)
    }

    /// The names of all clusters that have a state directory, sorted.
    pub fn clusters(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.state).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter(|entry| entry.path().is_dir())
            .filter_map(|entry| entry.file_name().into_string().ok())
            // The other directories are not of one cluster.
            .filter(|name| !["trust.d", ATTACHED, INFRA].contains(&name.as_str()))
            .collect();
        names.sort();
        names
    }

    /// The file that records the certificates that seasense added to trust stores; it survives the
    /// environments.
    pub fn trust_record(&self) -> PathBuf {
        self.state.join("trust.json")
    }

    /// The state directory of the attached environment `name`: its kubeconfig and the identity of its cluster.
    /// All clones on this machine share it.
    pub fn attached(&self, name: &EnvName) -> PathBuf {
        self.state.join(ATTACHED).join(name.as_str())
    }

    /// Creates that directory, readable by its owner only.
    pub fn make_attached(&self, name: &EnvName) -> Result<PathBuf> {
        make_private(self.attached(name))
    }

    /// The directory in which the infrastructure of the environment `name` is planned and applied; its content
    /// is secret.
    pub fn infra(&self, name: &EnvName) -> PathBuf {
        self.state.join(INFRA).join(name.as_str())
    }

    /// Creates that directory, readable by its owner only.
    pub fn make_infra(&self, name: &EnvName) -> Result<PathBuf> {
        make_private(self.infra(name))
    }

    /// Creates the state directory of `cluster`, readable by its owner only.
    pub fn make_state(&self, cluster: &str) -> Result<PathBuf> {
        make_private(self.state(cluster))
    }
}

fn make_private(folder: PathBuf) -> Result<PathBuf> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    let created = std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&folder)
        .and_then(|()| std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)));
    created.with_context(Kind::Tool, || format!("create the state directory `{}`", folder.display()))?;
    Ok(folder)
}
