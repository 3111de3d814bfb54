//! Builds programs of a Go module reproducibly: pinned toolchain, pinned modules, no paths, no cgo.

use std::path::Path;

use super::{Builder, facts, tool, watch};
use crate::{
    base::{
        failure::{Failure, Kind, Result},
        platform::Platform,
        tool::Invocation,
    },
    config::infra::{Export, GoBuild},
    images::{Provenance, progress::JobProgress},
};

const HINT: &str =
    "install Go from https://go.dev/dl, or use `--supply pull` if container registries can be reached";

/// Builds into `out`. Progress counts compiled packages.
pub(super) async fn run(
    (builder, platform): (&Builder, Platform),
    build: &GoBuild,
    out: &Path,
    report: &JobProgress,
) -> Result<Provenance> {
    report.detail("listing the packages to compile");
    let total = stale_packages(builder, platform, build).await?;
    let mut done = 0;
    let flags = std::iter::once("-s -w -buildid=".to_owned())
        .chain(build.variables.iter().map(|variable| format!("-X {variable}")))
        .collect::<Vec<_>>()
        .join(" ");
    let invocation = go(builder, platform, build)
        .args(["build", "-v", "-mod=readonly", "-trimpath", "-ldflags", &flags, "-o"])
        .arg(format!("{}/", out.display()))
        .args(&build.packages);
    watch(invocation, &format!("cannot compile the Go programs of `{}`", build.folder), HINT, |line| {
        // A line with the name of a compiled package contains nothing else; all other output contains spaces.
        if !line.contains(' ') {
            done += 1;
        }
        report.progress(done, Some(total.max(done)), line);
    })
    .await?;
    for export in &build.exports {
        copy_module_folder((builder, platform), build, export, out).await?;
    }
    Ok(facts([
        ("supply", "Go modules".to_owned()),
        ("go", builder.infra.versions.version("go").unwrap_or_default().to_owned()),
        ("module", build.folder.clone()),
    ]))
}

/// Sets everything in the environment that affects Go builds.
fn go(builder: &Builder, platform: Platform, build: &GoBuild) -> Invocation {
    let invocation = Invocation::new("go")
        .cwd(builder.project.root().join(&build.folder))
        .env("CGO_ENABLED", "0")
        .env("GOFLAGS", "-buildvcs=false")
        .env("GOEXPERIMENT", "")
        .env("GOCACHE", builder.dirs.cache().join("go-build"));
    let settings = platform.go_settings();
    let invocation =
        settings.into_iter().fold(invocation, |invocation, (name, value)| invocation.env(name, value));
    let invocation = match builder.infra.versions.version("go") {
        Some(version) => invocation.env("GOTOOLCHAIN", format!("go{version}")),
        None => invocation,
    };
    // Go searches the parents of the directory for a workspace; an inherited setting would select another one.
    if build.workspace { invocation.env("GOWORK", "") } else { invocation.env("GOWORK", "off") }
}

/// Returns the number of packages that are not in Go's own cache.
async fn stale_packages(builder: &Builder, platform: Platform, build: &GoBuild) -> Result<u64> {
    let invocation = go(builder, platform, build)
        .args(["list", "-mod=readonly", "-trimpath", "-deps", "-f", "{{if .Stale}}{{.ImportPath}}{{end}}"])
        .args(&build.packages);
    let listed =
        tool(invocation, &format!("cannot list the Go packages of `{}`", build.folder), HINT).await?;
    Ok(listed.stdout.lines().filter(|line| !line.is_empty()).count() as u64)
}

async fn copy_module_folder(
    (builder, platform): (&Builder, Platform),
    build: &GoBuild,
    export: &Export,
    out: &Path,
) -> Result<()> {
    let what = format!("cannot find the Go module {}", export.module);
    let list = go(builder, platform, build).args(["list", "-m", "-f", "{{.Dir}}", &export.module]);
    let listed = tool(list, &what, HINT).await?;
    let folder = Path::new(listed.stdout.trim()).join(&export.path);
    let target = out.join(&export.to);
    super::blocking(&what, move || copy(&folder, &target)).await.map_err(|failure| {
        Failure::new(Kind::Tool, format!("cannot copy `{}` of {}", export.path, export.module))
            .because(failure.message)
    })
}

/// Copies the content without permissions: the module cache is read-only, and a read-only copy could not be
/// removed.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if !from.is_dir() {
        return std::fs::write(to, std::fs::read(from)?);
    }
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}
