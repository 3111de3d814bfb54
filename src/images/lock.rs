//! The supply lock: pins the images, manifests and tools of one supply by digest.

use std::{
    collections::BTreeMap,
    fmt,
    io::Write,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    base::{
        digest::Digest,
        failure::{Context, Failure, Kind, Result},
        platform::Platform,
    },
    config::{Infra, infra::Pull},
    registry::daemon_reference,
};

/// The version of the file format. Since 2 a lock has a platform. A lock of an earlier version counts as absent: the
/// next run writes it again from the cache.
pub const LOCK_VERSION: u32 = 2;

/// The fact that says how an image was obtained.
const SUPPLY: &str = "supply";
/// Its value for a copy of the official image.
const COPIED: &str = "official image";

/// Facts about the origin of an image or a manifest, for example `module`, `version`, `go`.
pub type Provenance = BTreeMap<String, String>;

/// The kind of a supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Built from Go modules, Debian packages and a `PyPI` wheel.
    Build,
    /// Copied from the official registries.
    Pull,
}

impl Origin {
    /// Its name in paths and in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Pull => "pull",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The results of one supply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// [`LOCK_VERSION`].
    pub version: u32,
    /// The supply that created them.
    pub supply: Origin,
    /// The platform of the images.
    pub platform: Platform,
    /// The hash of all inputs in `infra/`; another key means that the lock is outdated.
    pub key: String,
    /// The images, by their names in `infra/images.toml`.
    #[serde(default)]
    pub images: BTreeMap<String, LockedImage>,
    /// The upstream manifests, by name, for example `cert-manager`.
    #[serde(default)]
    pub manifests: BTreeMap<String, LockedManifest>,
    /// Programs for this machine, by name.
    #[serde(default)]
    pub tools: BTreeMap<String, LockedTool>,
}

/// The field that every version of the file has.
#[derive(Deserialize)]
struct FileVersion {
    version: u32,
}

/// One image in the local registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedImage {
    /// The name in the upstream manifests, with its tag; `None` for our own images.
    pub official: Option<String>,
    /// The repository in the local registry, without the host.
    pub repository: String,
    /// The digest of the manifest.
    pub digest: Digest,
    /// The size of its compressed layers in bytes.
    pub size: u64,
    /// Its provenance.
    #[serde(default)]
    pub provenance: Provenance,
}

impl LockedImage {
    /// The name under which this machine's daemon has the image.
    pub fn daemon_reference(&self) -> String {
        daemon_reference(&self.repository, &self.digest)
    }

    /// Whether it is a copy of the official image, not a build.
    pub fn is_official(&self) -> bool {
        self.provenance.get(SUPPLY).is_some_and(|supply| supply == COPIED)
    }

    /// The provenance of a copy, with further `facts`.
    pub fn copied<const N: usize>(facts: [(&str, String); N]) -> Provenance {
        let facts = facts.into_iter().chain([(SUPPLY, COPIED.to_owned())]);
        facts.map(|(fact, value)| (fact.to_owned(), value)).collect()
    }
}

/// One file of the upstream manifests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedManifest {
    /// The file name in the supply's `manifests` directory, for example `cert-manager.yaml`.
    pub file: String,
    /// The SHA-256 of the file, 64 hex digits.
    pub sha256: String,
    /// Its provenance.
    #[serde(default)]
    pub provenance: Provenance,
}

/// One program for this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedTool {
    /// The absolute path.
    pub path: PathBuf,
    /// The SHA-256 of the file, 64 hex digits.
    pub sha256: String,
    /// The version.
    pub version: String,
}

impl Lock {
    /// Creates an empty lock.
    pub fn new(supply: Origin, platform: Platform, key: impl Into<String>) -> Self {
        Self {
            version: LOCK_VERSION,
            supply,
            platform,
            key: key.into(),
            images: BTreeMap::new(),
            manifests: BTreeMap::new(),
            tools: BTreeMap::new(),
        }
    }

    /// A lock for trees that use no image.
    pub fn without_images() -> Self {
        Self::new(Origin::Build, Platform::LINUX_AMD64, "")
    }

    /// A lock with every image of `infra` that both supplies have, and a placeholder for each digest, to check a tree before any image
    /// exists.
    pub fn unresolved(infra: &Infra) -> Self {
        let mut lock = Self::without_images();
        for (name, image) in infra.recipes.image.iter().filter(|(_, image)| image.pull != Pull::Skip) {
            let placeholder = LockedImage {
                official: image.official.clone(),
                repository: name.clone(),
                digest: Digest::of(name),
                size: 0,
                provenance: Provenance::new(),
            };
            lock.images.insert(name.clone(), placeholder);
        }
        lock
    }

    /// Reads the lock at `path`; `None` if it does not exist or has an earlier version.
    ///
    /// Fails with kind `Tool` if the file is broken or has a later version.
    pub fn read(path: &Path) -> Result<Option<Self>> {
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            read => read.with_context(Kind::Tool, || format!("cannot read the lock `{}`", path.display()))?,
        };
        let broken = |cause: String| {
            Failure::new(Kind::Tool, format!("the lock `{}` is not usable", path.display()))
                .because(cause)
                .hint("remove the file; the next `seasense dev` creates it again from the cache")
        };
        let found: FileVersion = serde_json::from_str(&text).map_err(|error| broken(error.to_string()))?;
        match found.version {
            LOCK_VERSION => serde_json::from_str(&text).map(Some).map_err(|error| broken(error.to_string())),
            earlier if earlier < LOCK_VERSION => Ok(None),
            later => Err(broken(format!("its version is {later}, this seasense reads {LOCK_VERSION}"))),
        }
    }

    /// Writes the lock to `path` atomically.
    pub fn write(&self, path: &Path) -> Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let write = || -> std::io::Result<()> {
            std::fs::create_dir_all(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            serde_json::to_writer_pretty(&mut file, self)?;
            file.write_all(b"\n")?;
            file.as_file().sync_all()?;
            file.persist(path)?;
            Ok(())
        };
        write().with_context(Kind::Tool, || format!("cannot write the lock `{}`", path.display()))
    }

    /// Returns the image `name`, or an error with the nearest name.
    pub fn image(&self, name: &str) -> Result<&LockedImage> {
        self.images.get(name).ok_or_else(|| self.unknown("image", name, self.images.keys()))
    }

    /// Returns the manifests of `name`, or an error with the nearest name.
    pub fn manifest(&self, name: &str) -> Result<&LockedManifest> {
        self.manifests.get(name).ok_or_else(|| self.unknown("manifest", name, self.manifests.keys()))
    }

    /// Returns the tool `name`, or an error with the nearest name.
    pub fn tool(&self, name: &str) -> Result<&LockedTool> {
        self.tools.get(name).ok_or_else(|| self.unknown("tool", name, self.tools.keys()))
    }

    fn unknown<'a>(&self, what: &str, name: &str, known: impl Iterator<Item = &'a String>) -> Failure {
        let failure = Failure::new(Kind::Tool, format!("the {} supply has no {what} `{name}`", self.supply));
        match crate::config::nearest(name, known.map(String::as_str)) {
            Some(near) => failure.hint(format!("the nearest known name is `{near}`")),
            None => failure.hint("`seasense images list` lists all images"),
        }
    }
}

#[cfg(test)]
#[path = "lock_tests.rs"]
mod tests;
