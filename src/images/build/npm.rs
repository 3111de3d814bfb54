//! Builds a page with npm, in a copy, so that the work tree stays as it is.

use std::path::Path;

use super::{Workshop, blocking, facts, tool};
use crate::{
    base::{failure::Result, tool::Invocation},
    config::{HostDirs, infra::NpmBuild},
    images::{Provenance, inputs, meter::Report},
};

/// How to get npm.
pub(in crate::images) const HINT: &str = "install Node.js with npm (https://nodejs.org)";

/// Nothing here needs the packages' own scripts, and what does not run cannot harm.
pub(in crate::images) const INSTALL: [&str; 4] = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];

/// npm in the folder `work`.
pub(in crate::images) fn npm(dirs: &HostDirs, work: &Path) -> Invocation {
    Invocation::new("npm")
        .cwd(work)
        .env("npm_config_cache", dirs.cache().join("npm"))
        .env("npm_config_update_notifier", "false")
}

/// Copies what the build leaves in its output folder to the folder of that name in `out`.
pub(super) async fn run(
    shop: &Workshop,
    id: &str,
    build: &NpmBuild,
    out: &Path,
    report: &Report,
) -> Result<Provenance> {
    let work = out.join("work");
    let (source, target) = (shop.project.root().join(&build.folder), work.clone());
    blocking(&format!("copy the sources of `{id}`"), move || inputs::copy(&source, &target)).await?;
    let npm = |args: &[&str]| self::npm(&shop.dirs, &work).args(args.iter().copied());
    report.progress(0, Some(2), "installing packages");
    tool(npm(&INSTALL), &format!("install the packages of `{id}`"), HINT).await?;
    report.progress(1, Some(2), "building");
    tool(npm(&["run", "build"]), &format!("build `{id}`"), HINT).await?;
    let (made, result) = (work.join(&build.output), out.join(&build.output));
    blocking(&format!("keep the result of `{id}`"), move || {
        std::fs::rename(made, result)?;
        std::fs::remove_dir_all(work)
    })
    .await?;
    Ok(facts([("supply", "npm".to_owned()), ("folder", build.folder.clone())]))
}
