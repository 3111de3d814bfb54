//! Makes one program for this machine, and nothing else: no lock, no registry, no container daemon.

use std::{collections::BTreeSet, path::PathBuf};

use super::{
    Origin,
    build::Workshop,
    context,
    ensure::one_at_a_time,
    job,
    meter::{Meter, Report},
    store::Store,
};
use crate::{
    config::{Infra, Places, Project, nearest},
    event::Events,
    failure::{Context, Failure, Kind, Result},
};

/// The program that `[tool.NAME]` of `infra/images.toml` describes, built from the checkout's own recipe unless it is there.
///
/// A program of the same name that is installed here does not count. Fails with kind `Tool`.
pub async fn program(project: &Project, places: &Places, events: &Events, name: &str) -> Result<PathBuf> {
    let mut infra = Infra::load(project)?;
    let Some(tool) = infra.recipes.tool.get(name).cloned() else {
        let failure =
            Failure::new(Kind::Environment, format!("`infra/images.toml` describes no tool `{name}`"));
        return Err(match nearest(name, infra.recipes.tool.keys().map(String::as_str)) {
            Some(near) => failure.hint(format!("the nearest known name is `{near}`")),
            None => failure,
        });
    };
    infra.recipes.tool.retain(|known, _| known == name);
    let jobs = job::jobs(&infra, &BTreeSet::new(), true);
    let store = Store::new(context::folder(places, Origin::Build).join("jobs"));
    let ages = store.ages().context(Kind::Tool, "read which roots were made again")?;
    let keys = job::keys(project, &infra, &jobs, &ages)?;
    let shop = Workshop { project: project.clone(), places: places.clone(), infra, store, keys };
    let missing = || jobs.iter().filter(|job| !shop.store.has(&job.id, shop.key(&job.id)));
    if missing().next().is_some() {
        let _guard = one_at_a_time(places, events).await?;
        let total = missing().map(|job| u64::from(job.seconds())).sum();
        let meter = Meter::start(events, "supply.program", &format!("Build {name}"), total);
        // In the order in which they need each other.
        for job in missing() {
            let report = Report::start(events, &meter, &job.id, job.title(), job.seconds());
            shop.run(job, &report).await?;
            report.done("");
        }
        meter.finish(String::new());
    }
    Ok(shop.output(tool.build.get_ref()).join(&tool.path))
}
