//! What a supply works with, and where it keeps things.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use super::{Lock, Origin};
use crate::registry::{self, Registry};
use crate::{
    base::{
        docker::Docker,
        event::Events,
        failure::{Failure, Kind, Result},
    },
    config::{HostDirs, Infra, Project, nearest},
};

/// Which supply to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Pull where registries can be reached, build otherwise.
    Auto,
    /// Copy the official images.
    Pull,
    /// Build from Go modules, Debian and PyPI packages.
    Build,
}

/// What to supply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Every image, every manifest and every program.
    All,
    /// Only these images.
    Images(Vec<String>),
}

/// What a supply works with.
#[derive(Clone)]
pub struct SupplyContext {
    /// The checkout.
    pub project: Project,
    /// The folders outside it.
    pub dirs: HostDirs,
    /// The container daemon.
    pub docker: Docker,
    /// Where work reports to.
    pub events: Events,
    /// The local registry's port on 127.0.0.1.
    pub registry_port: u16,
    /// How many cores to use.
    pub jobs: usize,
    /// Whether roots of Debian packages are made again although they are there.
    pub refresh: bool,
}

impl SupplyContext {
    /// Where results of `origin` are kept.
    pub(super) fn folder(&self, origin: Origin) -> PathBuf {
        folder(&self.dirs, origin)
    }

    /// The local registry as it is reached, running or not.
    pub(super) fn registry(&self) -> Registry {
        Registry::at(self.dirs.registry(), self.registry_port)
    }

    /// Makes sure that it runs from `image` with the content of `origin`.
    pub(super) async fn start_registry(&self, image: &str, origin: Origin) -> Result<Registry> {
        let wanted = registry::Wanted { name: self.dirs.registry(), image, origin, port: self.registry_port };
        registry::ensure(&self.docker, wanted).await
    }

    /// The events, shared.
    pub(super) fn events(&self) -> Events {
        Arc::clone(&self.events)
    }
}

impl Scope {
    /// The images of `infra` that are meant; an unknown name is refused.
    pub(super) fn images(&self, infra: &Infra) -> Result<BTreeSet<String>> {
        let known = &infra.recipes.image;
        let Self::Images(names) = self else { return Ok(known.keys().cloned().collect()) };
        match names.iter().find(|name| !known.contains_key(*name)) {
            None => Ok(names.iter().cloned().collect()),
            Some(name) => {
                let failure = Failure::new(Kind::Usage, format!("there is no image `{name}`"));
                Err(match nearest(name, known.keys().map(String::as_str)) {
                    Some(near) => failure.hint(format!("the nearest known name is `{near}`")),
                    None => failure.hint("`infra/images.toml` names them all"),
                })
            }
        }
    }
}

/// The lock of the last supply of `mode`, without making anything; of `Auto`, the newest one.
pub fn locked(dirs: &HostDirs, mode: Mode) -> Result<Lock> {
    let origin = match mode {
        Mode::Auto => latest_lock(dirs),
        Mode::Pull => Some(Origin::Pull),
        Mode::Build => Some(Origin::Build),
    };
    let lock = origin.map(|origin| Lock::read(&lock_file(dirs, origin))).transpose()?.flatten();
    lock.ok_or_else(|| {
        Failure::new(Kind::Tool, "no images have been made yet")
            .hint("run `seasense dev`, or `seasense images build` (`pull` where registries can be reached)")
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

/// The folder of the manifests that `lock` names.
pub fn manifests_folder(dirs: &HostDirs, lock: &Lock) -> PathBuf {
    folder(dirs, lock.supply).join("manifests")
}

/// Where the lock of `origin` is.
pub(super) fn lock_file(dirs: &HostDirs, origin: Origin) -> PathBuf {
    folder(dirs, origin).join("lock.json")
}

/// Where results of `origin` are kept.
pub(super) fn folder(dirs: &HostDirs, origin: Origin) -> PathBuf {
    dirs.cache().join("supply").join(origin.name())
}
