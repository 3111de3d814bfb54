//! Builds programs of this package as static binaries, so that their images hold nothing else.

use std::{collections::BTreeSet, fs, io, path::Path};

use super::{Workshop, facts, tool, watch};
use crate::{
    base::{
        failure::{Context, Kind, Result},
        tool::Invocation,
    },
    config::{cargo_home, infra::CargoBuild},
    images::{Provenance, meter::Report},
};

/// What programs are compiled for.
pub(in crate::images) const TARGET: &str = "x86_64-unknown-linux-gnu";
/// How to get Cargo.
pub(in crate::images) const HINT: &str = "install Rust from https://rustup.rs";

/// Builds into the cache's own target folder and copies the programs to `out`.
pub(super) async fn run(
    shop: &Workshop,
    build: &CargoBuild,
    out: &Path,
    report: &Report,
) -> Result<Provenance> {
    let target = shop.dirs.cache().join("cargo-target");
    settle(&target, &target, shop.project.root())
        .with_context(Kind::Tool, || format!("clear `{}`", target.display()))?;
    let total = packages(shop, build).await?;
    let mut done = 0;
    let mut invocation = cargo(shop.project.root())
        .env("CARGO_TARGET_DIR", &target)
        // Who asks for it in the shell would get other bytes than everybody else.
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_ENCODED_RUSTFLAGS", flags(&target))
        .args(["build", "--release", "--locked", "--target", TARGET, "--no-default-features", "--features"])
        .arg(build.features.join(","));
    for program in &build.programs {
        invocation = invocation.args(["--bin", program]);
    }
    watch(invocation, "compile the workloads", HINT, |line| {
        if let Some(package) = line.trim_start().strip_prefix("Compiling ") {
            done += 1;
            report.progress(done, Some(total.max(done)), package);
        }
    })
    .await?;
    for program in &build.programs {
        let made = target.join(TARGET).join("release").join(program);
        fs::copy(&made, out.join(program))
            .with_context(Kind::Tool, || format!("copy `{}`", made.display()))?;
    }
    Ok(facts([("supply", "this package".to_owned()), ("programs", build.programs.join(" "))]))
}

/// Cargo for the package at `root`, whatever the shell that started us asks of it.
pub(in crate::images) fn cargo(root: &Path) -> Invocation {
    ["RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS", "CARGO_BUILD_TARGET", "CARGO_PROFILE_RELEASE_DEBUG"]
        .into_iter()
        .fold(Invocation::new("cargo").cwd(root), Invocation::unset)
}

/// Static, and without the places of this machine. The clone's own place is in nothing (Cargo names sources relative to
/// it), and must not be in the flags either: they would differ from clone to clone and everything compile again. What a
/// package's build script generates is named by its place in the target folder.
pub(in crate::images) fn flags(target: &Path) -> String {
    let mut flags = vec!["-C".to_owned(), "target-feature=+crt-static".to_owned()];
    let mapped = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    flags.extend(cargo_home().map(|home| mapped(&home, "/cargo")));
    flags.push(mapped(target, "/target"));
    flags.join("\u{1f}")
}

/// What Cargo knows of the crates of this package begins so, in every folder of a target folder.
const OURS: [&str; 2] = ["seasense", "libseasense"];

/// Which checkout was compiled last.
const OWNER: &str = "checkout";

/// Makes the folder `target` the one of the checkout at `root`; `folder` remembers whose it is.
///
/// Cargo tells crates of a workspace by their place in it, and whether they are fresh by times: it may take what another
/// checkout compiled after our last edit for ours. So what was compiled of another one is forgotten; what its packages
/// were compiled to stays.
pub(in crate::images) fn settle(folder: &Path, target: &Path, root: &Path) -> io::Result<()> {
    let owner = folder.join(OWNER);
    let me = root.as_os_str().as_encoded_bytes();
    if fs::read(&owner).is_ok_and(|found| found == me) {
        return Ok(());
    }
    forget(target)?;
    fs::create_dir_all(folder)?;
    fs::write(owner, me)
}

/// Removes what the crates of this package were compiled to; what its packages were compiled to stays.
fn forget(folder: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        let ours = OURS.iter().any(|ours| name.to_string_lossy().starts_with(ours));
        match (entry.file_type()?.is_dir(), ours) {
            (true, true) => fs::remove_dir_all(path)?,
            (true, false) => forget(&path)?,
            (false, true) => fs::remove_file(path)?,
            (false, false) => {}
        }
    }
    Ok(())
}

/// How many packages there are to compile when nothing is.
async fn packages(shop: &Workshop, build: &CargoBuild) -> Result<u64> {
    let invocation = cargo(shop.project.root())
        .args([
            "tree",
            "--locked",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--target",
            TARGET,
            "--no-default-features",
            "--features",
        ])
        .arg(build.features.join(","));
    let tree = tool(invocation, "list the packages of the workloads", HINT).await?;
    let names: BTreeSet<&str> = tree.stdout.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    Ok(names.len() as u64)
}
