//! Carries out one job of supply `build`: from a recipe to a folder of files in the store.

pub(super) mod cargo;
mod compiler;
mod go;
mod image;
pub(super) mod npm;
mod root;
mod wheel;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

pub use image::{Packed, pack as pack_image};

use super::{
    Provenance,
    job::{Job, Work},
    meter::Report,
    store::Store,
};
use crate::{
    base::{
        failure::{Context, Failure, Kind, Result},
        tool::{Captured, Invocation, ToolError},
    },
    config::{HostDirs, Infra, Project},
};

/// What every job may use.
#[derive(Debug, Clone)]
pub struct Workshop {
    /// The project.
    pub project: Project,
    /// The cache's place.
    pub dirs: HostDirs,
    /// Parts and recipes.
    pub infra: Infra,
    /// Where results go.
    pub store: Store,
    /// The key of each job.
    pub keys: BTreeMap<String, String>,
}

impl Workshop {
    /// Runs `job` unless its result is there.
    pub async fn run(&self, job: &Job, report: &Report) -> Result<()> {
        let key = self.key(&job.id);
        let what = || format!("keep the result of `{}`", job.id);
        let unfinished = self.store.begin(&job.id, key).with_context(Kind::Tool, what)?;
        let provenance = self.carry_out(job, unfinished.path(), report).await?;
        unfinished.commit(&provenance).with_context(Kind::Tool, what)?;
        self.store.prune(&job.id, key).with_context(Kind::Tool, what)
    }

    async fn carry_out(&self, job: &Job, out: &Path, report: &Report) -> Result<Provenance> {
        match &job.work {
            Work::Go(build) => go::run(self, build, out, report).await,
            Work::Root(build) => root::run(self, &job.id, build, out, report).await,
            Work::Wheel(build, part) => wheel::run(build, part, out).await,
            Work::Compiler(build) => compiler::run(self, build, out).await,
            Work::Cargo(build) => cargo::run(self, build, out, report).await,
            Work::Npm(build) => npm::run(self, &job.id, build, out, report).await,
            Work::Image(recipe) => image::run(self, &job.id, recipe, out).await,
        }
    }

    /// The key of the job called `id`.
    pub fn key(&self, id: &str) -> &str {
        self.keys.get(id).map_or("", String::as_str)
    }

    /// Where the result of the build called `id` is.
    pub fn output(&self, id: &str) -> PathBuf {
        self.store.folder(id, self.key(id))
    }
}

/// Runs a tool; a missing one is answered with how to get it.
async fn tool(invocation: Invocation, what: &str, hint: &str) -> Result<Captured> {
    watch(invocation, what, hint, |_| ()).await
}

/// The same, with every line as it comes.
async fn watch(
    invocation: Invocation,
    what: &str,
    hint: &str,
    mut on_line: impl FnMut(&str),
) -> Result<Captured> {
    invocation.watch(|line| on_line(&line.text)).await.map_err(|error| {
        let missing = matches!(error, ToolError::Missing { .. });
        let failure = error.into_failure(Kind::Tool, what);
        if missing { failure.hint(hint) } else { failure }
    })
}

/// Runs work that blocks on the disk beside the others.
async fn blocking<T: Send + 'static>(
    what: &str,
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T> {
    let joined = tokio::task::spawn_blocking(work).await;
    let joined = joined.map_err(|error| Failure::new(Kind::Internal, what).caused_by(&error))?;
    joined.context(Kind::Tool, what)
}

fn facts<const N: usize>(pairs: [(&str, String); N]) -> Provenance {
    pairs.map(|(name, value)| (name.to_owned(), value)).into()
}
