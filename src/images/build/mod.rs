//! Executes one job of supply `build`: from a recipe to a directory in the store.

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
    Platforms, Provenance,
    job::{Job, Work},
    progress::JobProgress,
    store::Store,
};
use crate::{
    base::{
        failure::{Context, Failure, Kind, Result},
        file_lock::FileLock,
        tool::{Captured, Invocation, ToolError},
    },
    config::{HostDirs, Infra, Project, infra::Tool},
};

/// The inputs of every job.
#[derive(Debug, Clone)]
pub struct Builder {
    /// The project.
    pub project: Project,
    /// The directories of the cache.
    pub dirs: HostDirs,
    /// The versions and the recipes.
    pub infra: Infra,
    /// The store of the results.
    pub store: Store,
    /// The platforms of images and programs.
    pub platforms: Platforms,
    /// The keys by job.
    pub keys: BTreeMap<String, String>,
}

impl Builder {
    /// Runs `job` and stores its result.
    pub async fn run(&self, job: &Job, report: &JobProgress) -> Result<()> {
        let key = self.key(&job.id);
        let what = || format!("cannot store the result of `{}`", job.id);
        let _lock = FileLock::acquire(&self.store.lock_file(&job.id), |holder| {
            report.warn(format!("waiting for another run that builds `{}` to end: {holder}", job.id));
        })
        .await?;
        if self.store.has(&job.id, key) {
            return Ok(());
        }
        let unfinished = self.store.begin(&job.id, key).with_context(Kind::Tool, what)?;
        let provenance = self.execute(job, unfinished.path(), report).await?;
        unfinished.commit(&provenance).with_context(Kind::Tool, what)?;
        self.store.prune(&job.id, key).with_context(Kind::Tool, what)
    }

    async fn execute(&self, job: &Job, out: &Path, report: &JobProgress) -> Result<Provenance> {
        match &job.work {
            Work::Go(build) => go::run((self, job.platform), build, out, report).await,
            Work::Root(build) => root::run((self, job.platform), &job.id, build, out, report).await,
            Work::Wheel(build, package) => wheel::run(build, package, job.platform, out).await,
            Work::Compiler(build) => compiler::run((self, job.platform), build, out).await,
            Work::Cargo(build) => cargo::run((self, job.platform), build, out, report).await,
            Work::Npm(build) => npm::run(self, &job.id, build, out, report).await,
            Work::Image(recipe) => image::run(self, &job.id, recipe, out).await,
        }
    }

    /// The key of the job `id`.
    pub fn key(&self, id: &str) -> &str {
        self.keys.get(id).map_or("", String::as_str)
    }

    /// The directory of the result of the build `id`.
    pub fn output(&self, id: &str) -> PathBuf {
        self.store.folder(id, self.key(id))
    }

    /// The path of a program for this machine.
    pub fn program(&self, tool: &Tool) -> PathBuf {
        self.output(&self.platforms.program_job(tool.build.get_ref())).join(&tool.path)
    }
}

/// Runs a tool. The error for a missing tool contains how to install it.
async fn tool(invocation: Invocation, what: &str, hint: &str) -> Result<Captured> {
    watch(invocation, what, hint, |_| ()).await
}

/// Like `tool`, and calls `on_line` for every line of output.
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

/// Runs blocking disk work on a separate thread.
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

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, sync::Arc};

    use super::*;
    use crate::{
        base::event::{Events, Recorder},
        images::{job, progress::TotalProgress},
    };

    #[tokio::test]
    async fn build_of_another_run_is_awaited_and_used() {
        let folder = tempfile::tempdir().unwrap();
        let project = Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let infra = Infra::load(&project).unwrap();
        let images: BTreeSet<String> = infra.recipes.image.keys().cloned().collect();
        let platforms = Platforms::of_host().unwrap();
        let jobs = job::jobs(&infra, &images, false, platforms).unwrap();
        let job = jobs.into_iter().find(|job| matches!(job.work, Work::Compiler(_))).unwrap();
        let store = Store::new(folder.path());
        let builder = Builder {
            dirs: HostDirs::new(folder.path(), folder.path()),
            keys: BTreeMap::from([(job.id.clone(), "key".to_owned())]),
            store: store.clone(),
            platforms,
            infra,
            project,
        };
        let recorder = Arc::new(Recorder::default());
        let events: Events = recorder.clone();
        let meter = TotalProgress::start(&events, "supply.build", "Build", 1);
        let report = JobProgress::start(&events, &meter, &job.id, job.title(), 1);
        let other = FileLock::attempt(&store.lock_file(&job.id)).unwrap().unwrap();
        let (built, ()) = tokio::join!(builder.run(&job, &report), async {
            tokio::task::yield_now().await;
            // The source of the file does not exist here: this run could not build it.
            store.begin(&job.id, "key").unwrap().commit(&Provenance::new()).unwrap();
            drop(other);
        });
        built.unwrap();
        let seen = format!("{:?}", recorder.0.lock().unwrap());
        assert!(seen.contains(&format!("waiting for another run that builds `{}` to end", job.id)), "{seen}");
    }
}
