//! Builds a page with npm in a copy of its sources, so that the work tree is not changed.

use std::path::Path;

use super::{Builder, blocking, facts, tool};
use crate::{
    base::{failure::Result, tool::Invocation},
    config::{HostDirs, infra::NpmBuild},
    images::{Provenance, inputs, progress::JobProgress},
};

/// How to install npm.
pub(in crate::images) const HINT: &str = "install Node.js with npm (https://nodejs.org)";

/// Install scripts are disabled: the page does not need them, and they could run arbitrary code.
pub(in crate::images) const INSTALL: [&str; 4] = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];

/// npm in the directory `work`.
pub(in crate::images) fn npm(dirs: &HostDirs, work: &Path) -> Invocation {
    Invocation::new("npm")
        .cwd(work)
        .env("npm_config_cache", dirs.cache().join("npm"))
        .env("npm_config_update_notifier", "false")
}

/// Builds in a copy and moves the output directory to `out`.
pub(super) async fn run(
    builder: &Builder,
    id: &str,
    build: &NpmBuild,
    out: &Path,
    report: &JobProgress,
) -> Result<Provenance> {
    let work = out.join("work");
    let (source, target) = (builder.project.root().join(&build.folder), work.clone());
    blocking(&format!("cannot copy the sources of `{id}`"), move || inputs::copy(&source, &target)).await?;
    let npm = |args: &[&str]| self::npm(&builder.dirs, &work).args(args.iter().copied());
    report.progress(0, Some(2), "installing packages");
    tool(npm(&INSTALL), &format!("cannot install the packages of `{id}`"), HINT).await?;
    report.progress(1, Some(2), "building");
    tool(npm(&["run", "build"]), &format!("cannot build `{id}`"), HINT).await?;
    let (made, result) = (work.join(&build.output), out.join(&build.output));
    blocking(&format!("cannot store the result of `{id}`"), move || {
        std::fs::rename(made, result)?;
        std::fs::remove_dir_all(work)
    })
    .await?;
    Ok(facts([("supply", "npm".to_owned()), ("folder", build.folder.clone())]))
}
