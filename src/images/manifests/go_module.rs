//! Downloads the files of a Go module with the Go command, which verifies them against the public checksum
//! database.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::GoModule;
use crate::base::{
    failure::{Context, Failure, Kind, Result},
    tool::Invocation,
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Downloaded {
    dir: PathBuf,
}

/// Returns the read-only directory with the files of `module`. `outside` is a directory that is in no
/// module.
pub(super) async fn download(go: &Path, module: &GoModule, outside: &Path) -> Result<PathBuf> {
    let wanted = format!("{}@v{}", module.path, module.version);
    let message = || format!("cannot get the Go module `{wanted}`");
    let answer = Invocation::new(go)
        .args(["mod", "download", "-json", &wanted])
        .env("GOWORK", "off")
        .env("GOFLAGS", "")
        .cwd(outside)
        .capture()
        .await
        .map_err(|error| {
            error
                .into_failure(Kind::Tool, message())
                .hint("check with `go env GOPROXY` that a reachable proxy is configured")
        })?;
    let downloaded: Downloaded = serde_json::from_str(&answer.stdout).with_context(Kind::Tool, message)?;
    Ok(downloaded.dir)
}

/// Copies the directory `from` to `to`. The copies are writable; the module's files are not.
pub(super) fn copy(from: &Path, to: &Path) -> Result<()> {
    fn walk(from: &Path, to: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(to)?;
        for entry in std::fs::read_dir(from)? {
            let entry = entry?;
            let target = to.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                walk(&entry.path(), &target)?;
            } else {
                std::fs::write(target, std::fs::read(entry.path())?)?;
            }
        }
        Ok(())
    }
    if !from.is_dir() {
        return Err(Failure::new(
            Kind::Environment,
            format!("the directory `{}` does not exist", from.display()),
        )
        .hint("check `infra/manifests/recipes.toml`; upstream may have moved the directory"));
    }
    walk(from, to).with_context(Kind::Tool, || format!("cannot copy `{}`", from.display()))
}
