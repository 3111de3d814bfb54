//! The lock: exactly which images, manifests and tools one supply made, by digest.

use std::{
    collections::BTreeMap,
    fmt,
    io::Write,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::base::{
    atomic_file::{self, PRIVATE},
    failure::{Context, Failure, Kind, Result},
};

/// The format of the file; another number is not read.
pub const LOCK_VERSION: u32 = 1;

/// Facts on where something came from, for example `module`, `version`, `go`.
pub type Provenance = BTreeMap<String, String>;

/// How the parts were come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Built from Go modules, Debian packages and a PyPI wheel.
    Build,
    /// Copied from the official registries.
    Pull,
}

impl Origin {
    /// Its name in folders and in the file.
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

/// Everything a supply made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// [`LOCK_VERSION`].
    pub version: u32,
    /// How the parts were come by.
    pub supply: Origin,
    /// Hash of all inputs below `infra/`; another key means that the lock is out of date.
    pub key: String,
    /// The images, by the name that `infra/images.toml` gives them.
    #[serde(default)]
    pub images: BTreeMap<String, LockedImage>,
    /// Upstream's manifests, by part, for example `cert-manager`.
    #[serde(default)]
    pub manifests: BTreeMap<String, LockedManifest>,
    /// Programs that run on the host, by name.
    #[serde(default)]
    pub tools: BTreeMap<String, LockedTool>,
}

/// One image in the local registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedImage {
    /// The name upstream's manifests use, with its tag; `None` for our own images.
    pub official: Option<String>,
    /// Its repository in the local registry, without the host.
    pub repository: String,
    /// The manifest's digest, `sha256:` and 64 hex digits.
    pub digest: String,
    /// Bytes of its compressed layers.
    pub size: u64,
    /// Where it came from.
    #[serde(default)]
    pub provenance: Provenance,
}

/// One file of upstream's manifests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedManifest {
    /// Its name in the supply's `manifests` folder, for example `cert-manager.yaml`.
    pub file: String,
    /// Its hash, 64 hex digits.
    pub sha256: String,
    /// Where it came from.
    #[serde(default)]
    pub provenance: Provenance,
}

/// One program that runs on the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedTool {
    /// Its absolute path.
    pub path: PathBuf,
    /// Its hash, 64 hex digits.
    pub sha256: String,
    /// Its version.
    pub version: String,
}

impl Lock {
    /// A lock that holds nothing yet.
    pub fn new(supply: Origin, key: impl Into<String>) -> Self {
        Self {
            version: LOCK_VERSION,
            supply,
            key: key.into(),
            images: BTreeMap::new(),
            manifests: BTreeMap::new(),
            tools: BTreeMap::new(),
        }
    }

    /// Reads the lock at `path`; `None` where there is none.
    ///
    /// Fails with kind `Tool` on a file that is broken or of another format.
    pub fn read(path: &Path) -> Result<Option<Self>> {
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            read => read.with_context(Kind::Tool, || format!("read the lock `{}`", path.display()))?,
        };
        let broken = |cause: String| {
            Failure::new(Kind::Tool, format!("the lock `{}` is not usable", path.display()))
                .because(cause)
                .hint("remove that file; the next `seasense dev` makes it again from what is cached")
        };
        let lock: Self = serde_json::from_str(&text).map_err(|error| broken(error.to_string()))?;
        if lock.version != LOCK_VERSION {
            return Err(broken(format!(
                "its version is {}, this seasense writes {LOCK_VERSION}",
                lock.version
            )));
        }
        Ok(Some(lock))
    }

    /// Writes the lock to `path` so that a reader sees the old one or the new one, never half of one.
    pub fn write(&self, path: &Path) -> Result<()> {
        let written = atomic_file::write_with(path, PRIVATE, |out| {
            serde_json::to_writer_pretty(&mut *out, self)?;
            out.write_all(b"\n")
        });
        written.with_context(Kind::Tool, || format!("write the lock `{}`", path.display()))
    }

    /// The image called `name`, or a failure that names the nearest one.
    pub fn image(&self, name: &str) -> Result<&LockedImage> {
        self.images.get(name).ok_or_else(|| self.unknown("image", name, self.images.keys()))
    }

    /// The manifests of `name`, or a failure that names the nearest ones.
    pub fn manifest(&self, name: &str) -> Result<&LockedManifest> {
        self.manifests.get(name).ok_or_else(|| self.unknown("manifest", name, self.manifests.keys()))
    }

    /// The tool called `name`, or a failure that names the nearest one.
    pub fn tool(&self, name: &str) -> Result<&LockedTool> {
        self.tools.get(name).ok_or_else(|| self.unknown("tool", name, self.tools.keys()))
    }

    fn unknown<'a>(&self, what: &str, name: &str, known: impl Iterator<Item = &'a String>) -> Failure {
        let failure = Failure::new(Kind::Tool, format!("the {} supply has no {what} `{name}`", self.supply));
        match crate::config::nearest(name, known.map(String::as_str)) {
            Some(near) => failure.hint(format!("the nearest known name is `{near}`")),
            None => failure.hint("`seasense images list` shows what there is"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Lock {
        let mut lock = Lock::new(Origin::Build, "abc");
        let image = LockedImage {
            official: Some("quay.io/jetstack/cert-manager-controller:v1.21.2".into()),
            repository: "cert-manager-controller".into(),
            digest: format!("sha256:{}", "1".repeat(64)),
            size: 3,
            provenance: Provenance::from([("go".into(), "1.26".into())]),
        };
        lock.images.insert("cert-manager-controller".into(), image);
        lock
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("supply/build/lock.json");
        assert_eq!(Lock::read(&path).unwrap(), None);
        sample().write(&path).unwrap();
        assert_eq!(Lock::read(&path).unwrap(), Some(sample()));
        let left: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(left.len(), 1, "a temporary file stayed behind");
    }

    #[test]
    fn a_broken_lock_is_refused_with_a_cure() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock.json");
        for text in
            ["{", r#"{"version":2,"supply":"build","key":""}"#, r#"{"version":1,"supply":"made","key":""}"#]
        {
            std::fs::write(&path, text).unwrap();
            let failure = Lock::read(&path).unwrap_err();
            assert_eq!((failure.kind, failure.hints.len()), (Kind::Tool, 1), "{failure:?}");
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        let failure = sample().image("cert-manager-controler").unwrap_err();
        assert_eq!(failure.hints, ["the nearest known name is `cert-manager-controller`"]);
        assert_eq!(sample().tool("kind").unwrap_err().message, "the build supply has no tool `kind`");
    }
}
