//! Builds the page in a copy of its sources. The copy keeps its installed packages between builds.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use super::{IncrementalBuilder, compiler_errors};
use crate::{
    base::failure::{Context, Failure, Kind, Result},
    config::infra::NpmBuild,
    images::{build::npm as release, inputs},
};

/// The file that determines the packages.
const LOCK: &str = "package-lock.json";
const INSTALLED: &str = "node_modules/.package-lock.json";

/// Builds the page. Returns the directory that contains its output directory.
pub(super) async fn build(builder: &IncrementalBuilder, build: &NpmBuild) -> Result<PathBuf> {
    let (source, work) = (builder.root().join(&build.folder), builder.path("page"));
    let what = || format!("cannot copy the sources of `{}`", build.folder);
    let same_packages = sync(&source, &work).with_context(Kind::Tool, what)?;
    let npm = |args: &[&str]| release::npm(&builder.context.dirs, &work).args(args.iter().copied());
    if !same_packages || !work.join(INSTALLED).is_file() {
        let install = npm(&release::INSTALL).capture().await;
        install.map_err(|error| {
            error.into_failure(Kind::Tool, "cannot install the packages of the page").hint(release::HINT)
        })?;
    }
    let mut output = String::new();
    let ended = npm(&["run", "build"])
        .watch(|line| {
            output.push_str(&line.text);
            output.push('\n');
        })
        .await;
    ended.map_err(|error| {
        let errors = compiler_errors::page(Path::new(&build.folder), &output);
        compiler_errors::failure("the page does not build", errors)
            .unwrap_or_else(|| error.into_failure(Kind::Tool, "cannot build the page").hint(release::HINT))
    })?;
    if !work.join(&build.output).is_dir() {
        return Err(Failure::new(Kind::Tool, format!("the page's build did not create `{}`", build.output)));
    }
    Ok(work)
}

/// Copies the files of `from` to `to` and removes others from `to`, except generated directories. Returns
/// whether the required packages are unchanged.
fn sync(from: &Path, to: &Path) -> io::Result<bool> {
    fs::create_dir_all(to)?;
    let lock = |folder: &Path| fs::read(folder.join(LOCK)).ok();
    let same = lock(from) == lock(to);
    let wanted: BTreeSet<PathBuf> = inputs::files(from)?.into_iter().collect();
    for file in inputs::files(to)? {
        if !wanted.contains(&file) {
            fs::remove_file(to.join(file))?;
        }
    }
    for file in wanted {
        let (source, target) = (from.join(&file), to.join(&file));
        let content = fs::read(&source)?;
        if fs::read(&target).ok().as_ref() != Some(&content) {
            fs::create_dir_all(target.parent().unwrap_or(to))?;
            fs::write(&target, content)?;
        }
    }
    Ok(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_follows_edits_and_keeps_generated_files() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let write = |folder: &Path, file: &str, text: &str| {
            fs::create_dir_all(folder.join(file).parent().unwrap()).unwrap();
            fs::write(folder.join(file), text).unwrap();
        };
        write(from.path(), "src/main.ts", "1");
        write(from.path(), "src/old.ts", "1");
        write(from.path(), LOCK, "{}");
        assert!(!sync(from.path(), to.path()).unwrap(), "no packages were installed before");
        write(to.path(), "node_modules/x/index.js", "x");
        write(to.path(), "dist/index.html", "x");
        fs::remove_file(from.path().join("src/old.ts")).unwrap();
        write(from.path(), "src/main.ts", "2");
        assert!(sync(from.path(), to.path()).unwrap());
        let read = |file: &str| fs::read_to_string(to.path().join(file)).ok();
        assert_eq!(read("src/main.ts").as_deref(), Some("2"));
        assert_eq!(read("src/old.ts"), None);
        assert!(read("node_modules/x/index.js").is_some() && read("dist/index.html").is_some());
        write(from.path(), LOCK, "{\"a\": 1}");
        assert!(!sync(from.path(), to.path()).unwrap());
    }
}
