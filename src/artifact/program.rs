//! A program of `infra/images.toml` that the check of the tree runs, built when it is used first.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::sync::OnceCell;

use crate::{
    base::{event::Events, failure::Result},
    config::{HostDirs, Project},
    images,
};

/// A program, or how to build it.
#[derive(Clone)]
pub(super) enum OnDemand {
    /// The program at this path.
    At(PathBuf),
    /// The program of a project.
    Of(Arc<Recipe>),
}

/// How to build a program.
pub(super) struct Recipe {
    /// The name in `infra/images.toml`.
    name: &'static str,
    project: Project,
    dirs: HostDirs,
    events: Events,
    path: OnceCell<PathBuf>,
}

impl fmt::Debug for OnDemand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(path) => f.debug_tuple("At").field(path).finish(),
            Self::Of(recipe) => f.debug_tuple("Of").field(&recipe.name).finish(),
        }
    }
}

impl OnDemand {
    /// The program `name` of `project`, built when it is used first and is not in the supply's cache.
    pub(super) fn of(name: &'static str, project: &Project, dirs: &HostDirs, events: &Events) -> Self {
        let (project, dirs, events) = (project.clone(), dirs.clone(), Arc::clone(events));
        Self::Of(Arc::new(Recipe { name, project, dirs, events, path: OnceCell::new() }))
    }

    /// The path of the program, which exists.
    pub(super) async fn path(&self) -> Result<&Path> {
        match self {
            Self::At(path) => Ok(path),
            Self::Of(recipe) => {
                let Recipe { name, project, dirs, events, path } = &**recipe;
                let build = || images::program(project, dirs, events, name);
                path.get_or_try_init(build).await.map(PathBuf::as_path)
            }
        }
    }
}
