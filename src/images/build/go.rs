//! Builds programs of a Go module, reproducibly: pinned toolchain, pinned modules, no paths, no C.

use std::path::Path;

use super::{Workshop, facts, tool, watch};
use crate::{
    base::{
        failure::{Failure, Kind, Result},
        tool::Invocation,
    },
    config::infra::{Export, GoBuild},
    images::{Provenance, meter::Report},
};

const HINT: &str =
    "install Go from https://go.dev/dl, or use `--supply pull` where container registries can be reached";

/// Builds into `out`; progress is counted in compiled packages.
pub(super) async fn run(shop: &Workshop, build: &GoBuild, out: &Path, report: &Report) -> Result<Provenance> {
    report.detail("finding what must be compiled");
    let total = stale_packages(shop, build).await?;
    let mut done = 0;
    let flags = std::iter::once("-s -w -buildid=".to_owned())
        .chain(build.variables.iter().map(|variable| format!("-X {variable}")))
        .collect::<Vec<_>>()
        .join(" ");
    let invocation = go(shop, build)
        .args(["build", "-v", "-mod=readonly", "-trimpath", "-ldflags", &flags, "-o"])
        .arg(format!("{}/", out.display()))
        .args(&build.packages);
    watch(invocation, &format!("compile the Go programs of `{}`", build.folder), HINT, |line| {
        // Compiled packages stand alone on their line; whatever else Go says has blanks in it.
        if !line.contains(' ') {
            done += 1;
        }
        report.progress(done, Some(total.max(done)), line);
    })
    .await?;
    for export in &build.exports {
        copy_module_folder(shop, build, export, out).await?;
    }
    Ok(facts([
        ("supply", "Go modules".to_owned()),
        ("go", shop.infra.versions.version("go").unwrap_or_default().to_owned()),
        ("module", build.folder.clone()),
    ]))
}

/// The environment decides what Go builds, so everything in it that could is set.
fn go(shop: &Workshop, build: &GoBuild) -> Invocation {
    let invocation = Invocation::new("go")
        .cwd(shop.project.root().join(&build.folder))
        .env("CGO_ENABLED", "0")
        .env("GOOS", "linux")
        .env("GOARCH", "amd64")
        .env("GOAMD64", "v1")
        .env("GOFLAGS", "-buildvcs=false")
        .env("GOEXPERIMENT", "")
        .env("GOCACHE", shop.dirs.cache().join("go-build"));
    let invocation = match shop.infra.versions.version("go") {
        Some(version) => invocation.env("GOTOOLCHAIN", format!("go{version}")),
        None => invocation,
    };
    // The workspace is looked up from the folder; without this another one of the caller's would be taken.
    if build.workspace { invocation.env("GOWORK", "") } else { invocation.env("GOWORK", "off") }
}

/// How many packages are not in Go's own cache yet.
async fn stale_packages(shop: &Workshop, build: &GoBuild) -> Result<u64> {
    let invocation = go(shop, build)
        .args(["list", "-mod=readonly", "-trimpath", "-deps", "-f", "{{if .Stale}}{{.ImportPath}}{{end}}"])
        .args(&build.packages);
    let listed = tool(invocation, &format!("list the Go packages of `{}`", build.folder), HINT).await?;
    Ok(listed.stdout.lines().filter(|line| !line.is_empty()).count() as u64)
}

async fn copy_module_folder(shop: &Workshop, build: &GoBuild, export: &Export, out: &Path) -> Result<()> {
    let what = format!("find the Go module {}", export.module);
    let listed =
        tool(go(shop, build).args(["list", "-m", "-f", "{{.Dir}}", &export.module]), &what, HINT).await?;
    let folder = Path::new(listed.stdout.trim()).join(&export.path);
    let target = out.join(&export.to);
    super::blocking(&what, move || copy(&folder, &target)).await.map_err(|failure| {
        Failure::new(Kind::Tool, format!("copy `{}` of {}", export.path, export.module))
            .because(failure.message)
    })
}

/// Copies content only: the module cache is read-only, and a copy that is could not be removed again.
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
