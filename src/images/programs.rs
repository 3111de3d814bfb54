//! Programs for this machine that only some commands need: made when one asks, kept by content like every other build.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use super::{
    Origin,
    build::Workshop,
    built::run_missing,
    context,
    ensure::one_at_a_time,
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

/// A program that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Where it is.
    pub path: PathBuf,
    /// Its version, for example `v1.12.6`.
    pub version: String,
}

/// Makes sure of the programs called `names`, on so many cores; gives them by name. Needs Go only where one is missing, and
/// never Docker.
pub async fn programs(
    (project, dirs): (&Project, &HostDirs),
    (events, cores): (&Events, usize),
    names: &[&str],
) -> Result<BTreeMap<String, Program>> {
    let mut infra = Infra::load(project)?;
    infra.recipes.tool.retain(|name, _| names.contains(&name.as_str()));
    if let Some(unknown) = names.iter().find(|name| !infra.recipes.tool.contains_key(**name)) {
        return Err(Failure::new(
            Kind::Environment,
            format!("`infra/images.toml` has no program `{unknown}`"),
        ));
    }
    // Asked for by name, they are wanted now.
    infra.recipes.tool.values_mut().for_each(|tool| tool.on_demand = false);
    let jobs = job::jobs(&infra, &std::collections::BTreeSet::new(), true);
    let shop = workshop(project, dirs, &infra, &jobs)?;
    if jobs.iter().any(|job| !shop.store.has(&job.id, shop.key(&job.id))) {
        let _guard = one_at_a_time(dirs, events).await?;
        run_missing((events, cores), &shop, jobs).await?;
    }
    let there = infra.recipes.tool.iter().map(|(name, tool)| {
        let path = shop.output(tool.build.get_ref()).join(&tool.path);
        (name.clone(), Program { path, version: tool.version.clone() })
    });
    Ok(there.collect())
}

/// The program called `name` alone, on every core.
pub async fn program(project: &Project, dirs: &HostDirs, events: &Events, name: &str) -> Result<PathBuf> {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let mut made = programs((project, dirs), (events, cores), &[name]).await?;
    let missing = || Failure::new(Kind::Internal, format!("the program `{name}` was made and is not there"));
    made.remove(name).map(|program| program.path).ok_or_else(missing)
}

fn workshop(project: &Project, dirs: &HostDirs, infra: &Infra, jobs: &[Job]) -> Result<Arc<Workshop>> {
    let store = Store::new(context::folder(dirs, Origin::Build).join("jobs"));
    let ages = store.ages().with_context(Kind::Tool, || "read which roots were made again".to_owned())?;
    Ok(Arc::new(Workshop {
        project: project.clone(),
        dirs: dirs.clone(),
        keys: job::keys(project, infra, jobs, &ages)?,
        infra: infra.clone(),
        store,
    }))
}
