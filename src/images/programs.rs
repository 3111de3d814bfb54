//! Programs for this machine that only some commands need. They are built on demand and cached like every
//! build.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use super::{
    Origin, Platforms,
    build::Builder,
    build_supply::run_missing,
    context,
    job::{self, Job},
    store::Store,
};
use crate::{
    base::{
        event::Events,
        failure::{Context, Failure, Kind, Result},
    },
    config::{HostDirs, Infra, Project},
};

/// A program that exists on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Its path.
    pub path: PathBuf,
    /// Its version, for example `v1.12.6`.
    pub version: String,
}

/// Ensures the programs `names`, using `cores` cores, and returns them by name. Needs Go only if a program is
/// missing, and never needs Docker.
pub async fn programs(
    (project, dirs): (&Project, &HostDirs),
    (events, cores): (&Events, usize),
    names: &[&str],
) -> Result<BTreeMap<String, Program>> {
    let (infra, jobs) = recipes(project, names)?;
    let builder = new_builder(project, dirs, &infra, &jobs)?;
    if jobs.iter().any(|job| !builder.store.has(&job.id, builder.key(&job.id))) {
        // Each build has its own lock, so that no command waits for the images of another run.
        run_missing((events, cores), &builder, jobs).await?;
    }
    let found = infra.recipes.tool.iter().map(|(name, tool)| {
        let path = builder.program(tool);
        (name.clone(), Program { path, version: tool.version.clone() })
    });
    Ok(found.collect())
}

/// Returns the program `name` if it is in the cache. Builds nothing.
pub fn find_program(project: &Project, dirs: &HostDirs, name: &str) -> Result<Option<PathBuf>> {
    // A result appears in one step, so a path that exists is complete.
    Ok(Some(program_path(project, dirs, name)?).filter(|path| path.exists()))
}

/// Returns the path of the program `name` in the cache, whether it exists or not.
pub fn program_path(project: &Project, dirs: &HostDirs, name: &str) -> Result<PathBuf> {
    let (infra, jobs) = recipes(project, &[name])?;
    let builder = new_builder(project, dirs, &infra, &jobs)?;
    let mut path = infra.recipes.tool.values().map(|tool| builder.program(tool));
    path.next().ok_or_else(|| Failure::new(Kind::Internal, format!("there is no program `{name}`")))
}

/// The recipes of the programs `names` alone, and their jobs.
fn recipes(project: &Project, names: &[&str]) -> Result<(Infra, Vec<Job>)> {
    let mut infra = Infra::load(project)?;
    infra.recipes.tool.retain(|name, _| names.contains(&name.as_str()));
    if let Some(unknown) = names.iter().find(|name| !infra.recipes.tool.contains_key(**name)) {
        return Err(Failure::new(
            Kind::Environment,
            format!("`infra/images.toml` has no program `{unknown}`"),
        ));
    }
    // The caller requests them, so they are required instead of on demand.
    infra.recipes.tool.values_mut().for_each(|tool| tool.on_demand = false);
    let jobs = job::jobs(&infra, &std::collections::BTreeSet::new(), true, Platforms::of_host()?)?;
    Ok((infra, jobs))
}

/// Ensures the single program `name`, using every core.
pub async fn program(project: &Project, dirs: &HostDirs, events: &Events, name: &str) -> Result<PathBuf> {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let mut made = programs((project, dirs), (events, cores), &[name]).await?;
    let missing = || Failure::new(Kind::Internal, format!("the program `{name}` was built but is missing"));
    made.remove(name).map(|program| program.path).ok_or_else(missing)
}

fn new_builder(project: &Project, dirs: &HostDirs, infra: &Infra, jobs: &[Job]) -> Result<Arc<Builder>> {
    let store = Store::new(context::folder(dirs, Origin::Build).join("jobs"));
    let refreshes =
        store.refreshes().with_context(Kind::Tool, || "cannot read the refreshed roots".to_owned())?;
    let platforms = Platforms::of_host()?;
    Ok(Arc::new(Builder {
        project: project.clone(),
        dirs: dirs.clone(),
        keys: job::keys(project, infra, (jobs, platforms), &refreshes)?,
        infra: infra.clone(),
        platforms,
        store,
    }))
}
