//! The inputs of a supply and the paths of its results.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use super::{Lock, Origin, Platforms};
use crate::{
    base::{
        docker::Docker,
        event::Events,
        failure::{Failure, Kind, Result},
    },
    config::{HostDirs, Infra, Project, nearest},
    registry::{self, Registry},
};

/// The requested supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// `Pull` if registries can be reached, otherwise `Build`.
    Auto,
    /// Copy the official images.
    Pull,
    /// Build from Go modules, and from Debian and PyPI packages.
    Build,
}

/// The requested images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Every image, every manifest and every program.
    All,
    /// Only these images.
    Images(Vec<String>),
}

/// The inputs of a supply.
#[derive(Clone)]
pub struct SupplyContext {
    /// The checkout.
    pub project: Project,
    /// The directories of the cache and the state.
    pub dirs: HostDirs,
    /// The container daemon.
    pub docker: Docker,
    /// The receiver of progress events.
    pub events: Events,
    /// The local registry's port on 127.0.0.1.
    pub registry_port: u16,
    /// The number of cores to use.
    pub jobs: usize,
    /// The platforms of images and programs.
    pub platforms: Platforms,
    /// Whether to rebuild roots of Debian packages although they are cached.
    pub refresh: bool,
}

impl SupplyContext {
    /// The directory of the results of `origin`.
    pub(super) fn folder(&self, origin: Origin) -> PathBuf {
        folder(&self.dirs, origin)
    }

    /// The addresses of the local registry, whether it runs or not.
    pub(super) fn registry(&self) -> Registry {
        Registry::at(self.dirs.registry(), self.registry_port)
    }

    /// Ensures that the local registry runs from `image` with the content of `origin`.
    pub(super) async fn start_registry(&self, image: &str, origin: Origin) -> Result<Registry> {
        let name = self.dirs.registry();
        // Each supply has its own volume, because the official image runs as another user.
        let volume = match origin {
            Origin::Build => name.to_owned(),
            Origin::Pull => format!("{name}-pull"),
        };
        let spec = registry::RegistrySpec { name, image, volume: &volume, port: self.registry_port };
        registry::ensure(&self.docker, spec).await
    }

    /// Returns a clone of the event receiver.
    pub(super) fn events(&self) -> Events {
        Arc::clone(&self.events)
    }
}

impl Scope {
    /// The images called `names`; all images if it is empty.
    pub fn of(names: Vec<String>) -> Self {
        if names.is_empty() { Self::All } else { Self::Images(names) }
    }

    /// Returns the names of the requested images of `infra`. An unknown name is an error.
    pub(super) fn images(&self, infra: &Infra) -> Result<BTreeSet<String>> {
        let known = &infra.recipes.image;
        let Self::Images(names) = self else { return Ok(known.keys().cloned().collect()) };
        match names.iter().find(|name| !known.contains_key(*name)) {
            None => Ok(names.iter().cloned().collect()),
            Some(name) => {
                let failure = Failure::new(Kind::Usage, format!("unknown image `{name}`"));
                Err(match nearest(name, known.keys().map(String::as_str)) {
                    Some(near) => failure.hint(format!("the nearest known name is `{near}`")),
                    None => failure.hint("`infra/images.toml` lists all images"),
                })
            }
        }
    }
}

/// Reads the lock of the last supply of `mode`; for `Auto` the newest lock. Builds nothing.
pub fn locked(dirs: &HostDirs, mode: Mode) -> Result<Lock> {
    let origin = match mode {
        Mode::Auto => latest_lock(dirs),
        Mode::Pull => Some(Origin::Pull),
        Mode::Build => Some(Origin::Build),
    };
    let lock = origin.map(|origin| Lock::read(&lock_file(dirs, origin))).transpose()?.flatten();
    lock.ok_or_else(|| {
        Failure::new(Kind::Tool, "no images have been supplied yet")
            .hint("run `seasense dev`, or `seasense images build` (`pull` if registries can be reached)")
    })
}

/// The supply whose lock was written last.
pub(super) fn latest_lock(dirs: &HostDirs) -> Option<Origin> {
    let written = |origin: Origin| {
        let metadata = std::fs::metadata(lock_file(dirs, origin)).ok()?;
        Some((metadata.modified().ok()?, origin))
    };
    [Origin::Build, Origin::Pull].into_iter().filter_map(written).max().map(|(_, origin)| origin)
}

/// The directory of the manifests in `lock`.
pub fn manifests_folder(dirs: &HostDirs, lock: &Lock) -> PathBuf {
    folder(dirs, lock.supply).join("manifests")
}

/// The path of the lock of `origin`.
pub(super) fn lock_file(dirs: &HostDirs, origin: Origin) -> PathBuf {
    folder(dirs, origin).join("lock.json")
}

/// The directory of the results of `origin`.
pub(super) fn folder(dirs: &HostDirs, origin: Origin) -> PathBuf {
    dirs.cache().join("supply").join(origin.name())
}
