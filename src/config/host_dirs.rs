//! Where things lie: the project, the cache shared by all clones, and the private state of an environment.

use std::path::{Path, PathBuf};

use crate::base::failure::{Context, Failure, Kind, Result};

/// A checkout of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    root: PathBuf,
}

impl Project {
    /// Finds the project that holds `from`: the nearest folder upwards with `envs/` and `gitops/`.
    pub fn find(from: &Path) -> Result<Self> {
        from.ancestors()
            .find(|folder| folder.join("envs").is_dir() && folder.join("gitops").is_dir())
            .map(|root| Self { root: root.to_owned() })
            .ok_or_else(|| {
                Failure::new(Kind::Usage, format!("`{}` is not in a SeaSense project", from.display()))
                    .because("no folder above it holds both `envs` and `gitops`")
                    .hint("run seasense inside the clone, or name it with `--project DIR`")
            })
    }

    /// The project's root folder.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

/// Where Cargo keeps the sources of packages: `CARGO_HOME`, or `.cargo` in the home folder.
#[expect(clippy::disallowed_methods, reason = "`config` is the reader of the environment")]
pub fn cargo_home() -> Option<PathBuf> {
    let named = std::env::var_os("CARGO_HOME").filter(|value| !value.is_empty()).map(PathBuf::from);
    named.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))
}

/// The person's home, and the Java that they chose with `JAVA_HOME`.
#[expect(clippy::disallowed_methods, reason = "`config` is the reader of the environment")]
pub fn home_and_java() -> (Option<PathBuf>, Option<PathBuf>) {
    let folder = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    (folder("HOME"), folder("JAVA_HOME"))
}

/// What the registry's container is called; the manifests in the cluster name it so.
const REGISTRY: &str = "seasense-registry";

/// The folder of what is known of clusters that were not made on this machine.
const ATTACHED: &str = "attached.d";

/// The folder in which infrastructure is planned and applied.
const INFRA: &str = "infra.d";

/// Folders outside the project, and the registry's container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostDirs {
    cache: PathBuf,
    state: PathBuf,
    registry: String,
}

impl HostDirs {
    /// Uses `SEASENSE_CACHE` and `SEASENSE_STATE`, or the XDG folders; and `SEASENSE_REGISTRY`.
    #[expect(clippy::disallowed_methods, reason = "`config` is the reader of the environment")]
    pub fn from_environment() -> Result<Self> {
        let home = std::env::var_os("HOME").map(PathBuf::from);
        let base = |own: &str, xdg: &str, fallback: &str| {
            std::env::var_os(own).filter(|value| !value.is_empty()).map(PathBuf::from).or_else(|| {
                let folder = std::env::var_os(xdg).map(PathBuf::from).filter(|path| path.is_absolute());
                Some(folder.or_else(|| Some(home.as_ref()?.join(fallback)))?.join("seasense"))
            })
        };
        let missing =
            || Failure::new(Kind::Tool, "cannot tell where to keep files").because("HOME is not set");
        Ok(Self {
            cache: base("SEASENSE_CACHE", "XDG_CACHE_HOME", ".cache").ok_or_else(missing)?,
            state: base("SEASENSE_STATE", "XDG_STATE_HOME", ".local/state").ok_or_else(missing)?,
            registry: std::env::var("SEASENSE_REGISTRY")
                .ok()
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| REGISTRY.to_owned()),
        })
    }

    /// Uses the given folders.
    pub fn new(cache: impl Into<PathBuf>, state: impl Into<PathBuf>) -> Self {
        Self { cache: cache.into(), state: state.into(), registry: REGISTRY.to_owned() }
    }

    /// The name of the registry's container, which all clones share. A test of the supplies names another one
    /// (`SEASENSE_REGISTRY`), so that it never touches what runs clusters.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// What can be made again, shared by all clones.
    pub fn cache(&self) -> &Path {
        &self.cache
    }

    /// The folder of all environments' state.
    pub fn states(&self) -> &Path {
        &self.state
    }

    /// Where the environment called `cluster` keeps its kubeconfig, its CA and its fleet's key.
    pub fn state(&self, cluster: &str) -> PathBuf {
        self.state.join(cluster)
    }

    /// The names of all clusters that have a state folder, sorted.
    pub fn clusters(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.state).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter(|entry| entry.path().is_dir())
            .filter_map(|entry| entry.file_name().into_string().ok())
            // Beside them lies what outlives every cluster.
            .filter(|name| !["trust.d", ATTACHED, INFRA].contains(&name.as_str()))
            .collect();
        names.sort();
        names
    }

    /// Where it is written down what seasense made this machine trust; it outlives the environments.
    pub fn trust_ledger(&self) -> PathBuf {
        self.state.join("trust.json")
    }

    /// Where it is kept how the attached environment `name` is reached, and which cluster it is. Every checkout of this
    /// machine means the same one.
    pub fn attached(&self, name: &str) -> PathBuf {
        self.state.join(ATTACHED).join(name)
    }

    /// Makes that folder, readable by its owner only.
    pub fn make_attached(&self, name: &str) -> Result<PathBuf> {
        make_private(self.attached(name))
    }

    /// The folder in which the infrastructure of the environment `name` is planned and applied; what is in it is secret.
    pub fn infra(&self, name: &str) -> PathBuf {
        self.state.join(INFRA).join(name)
    }

    /// Makes that folder, readable by its owner only.
    pub fn make_infra(&self, name: &str) -> Result<PathBuf> {
        make_private(self.infra(name))
    }

    /// Makes the state folder of `cluster`, readable by its owner only.
    pub fn make_state(&self, cluster: &str) -> Result<PathBuf> {
        make_private(self.state(cluster))
    }
}

fn make_private(folder: PathBuf) -> Result<PathBuf> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    let made = std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&folder)
        .and_then(|()| std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)));
    made.with_context(Kind::Tool, || format!("make the state folder `{}`", folder.display()))?;
    Ok(folder)
}
