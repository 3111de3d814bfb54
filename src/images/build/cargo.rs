//! Builds programs of this package as static binaries, so that their images contain nothing else.

use std::{collections::BTreeSet, fs, io, path::Path};

use super::{Builder, facts, tool, watch};
use crate::{
    base::{
        failure::{Context, Kind, Result},
        platform::Platform,
        tool::Invocation,
    },
    config::{cargo_home, infra::CargoBuild},
    images::{Platforms, Provenance, progress::JobProgress},
};

/// How to install Cargo.
pub(in crate::images) const HINT: &str = "install Rust from https://rustup.rs";
/// How to compile for other machines.
const CROSS_HINT: &str = "install the cross linker (`pip install cargo-zigbuild ziglang`) and the standard library of the target \
                          (`rustup target add`)";

/// How Cargo compiles for a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::images) struct Target {
    /// Rust's target triple.
    pub triple: String,
    /// The subcommand: `zigbuild` links for other machines.
    pub subcommand: &'static str,
    /// What is missing if Cargo fails to start.
    pub hint: &'static str,
}

impl Target {
    /// The target for programs in images.
    pub fn of(platforms: Platforms) -> Self {
        let triple = platforms.images.rust_target(platforms.host);
        if platforms.is_cross(platforms.images) {
            Self { triple, subcommand: "zigbuild", hint: CROSS_HINT }
        } else {
            Self { triple, subcommand: "build", hint: HINT }
        }
    }
}

/// Builds in the target directory of the cache and copies the programs to `out`.
pub(super) async fn run(
    (builder, platform): (&Builder, Platform),
    build: &CargoBuild,
    out: &Path,
    report: &JobProgress,
) -> Result<Provenance> {
    let target = builder.dirs.cache().join("cargo-target");
    claim_target(&target, &target, builder.project.root())
        .with_context(Kind::Tool, || format!("cannot clear `{}`", target.display()))?;
    let made_for = Target::of(Platforms { images: platform, ..builder.platforms });
    let total = packages(builder, &made_for, build).await?;
    let mut done = 0;
    let mut invocation = cargo(builder.project.root())
        .env("CARGO_TARGET_DIR", &target)
        // A value in the user's shell would change the bytes of the program.
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_ENCODED_RUSTFLAGS", flags(&target))
        .args([made_for.subcommand, "--release", "--locked", "--target", &made_for.triple])
        .args(["--no-default-features", "--features"])
        .arg(build.features.join(","));
    for program in &build.programs {
        invocation = invocation.args(["--bin", program]);
    }
    watch(invocation, "cannot compile the workloads", made_for.hint, |line| {
        if let Some(package) = line.trim_start().strip_prefix("Compiling ") {
            done += 1;
            report.progress(done, Some(total.max(done)), package);
        }
    })
    .await?;
    for program in &build.programs {
        let made = target.join(&made_for.triple).join("release").join(program);
        fs::copy(&made, out.join(program))
            .with_context(Kind::Tool, || format!("cannot copy `{}`", made.display()))?;
    }
    Ok(facts([("supply", "this package".to_owned()), ("programs", build.programs.join(" "))]))
}

/// Cargo for the package at `root`, without settings from the user's shell.
pub(in crate::images) fn cargo(root: &Path) -> Invocation {
    ["RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS", "CARGO_BUILD_TARGET", "CARGO_PROFILE_RELEASE_DEBUG"]
        .into_iter()
        .fold(Invocation::new("cargo").cwd(root), Invocation::unset)
}

/// The flags for a static program without paths of this machine. The path of the checkout appears nowhere,
/// because Cargo refers to sources relative to it. It must not be in the flags either, because other flags
/// would recompile everything. The paths of generated sources of dependencies are in the target directory,
/// which is remapped.
pub(in crate::images) fn flags(target: &Path) -> String {
    let mut flags = vec!["-C".to_owned(), "target-feature=+crt-static".to_owned()];
    let mapped = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    flags.extend(cargo_home().map(|home| mapped(&home, "/cargo")));
    flags.push(mapped(target, "/target"));
    flags.join("\u{1f}")
}

/// The prefixes of our own crates' files in a target directory.
const OURS: [&str; 2] = ["seasense", "libseasense"];

/// The file that contains the path of the checkout compiled last.
const OWNER: &str = "checkout";

/// Assigns the target directory `target` to the checkout at `root`, recorded in `folder`.
///
/// Cargo identifies workspace crates by their relative path and decides by modification times whether they are
/// fresh. It could therefore reuse another checkout's crates for this one, so these are removed. Compiled
/// dependencies are kept.
pub(in crate::images) fn claim_target(folder: &Path, target: &Path, root: &Path) -> io::Result<()> {
    let owner = folder.join(OWNER);
    let checkout = root.as_os_str().as_encoded_bytes();
    if fs::read(&owner).is_ok_and(|found| found == checkout) {
        return Ok(());
    }
    remove_own_crates(target)?;
    fs::create_dir_all(folder)?;
    fs::write(owner, checkout)
}

/// Removes the compiled crates of this package; compiled dependencies are kept.
fn remove_own_crates(folder: &Path) -> io::Result<()> {
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
            (true, false) => remove_own_crates(&path)?,
            (false, true) => fs::remove_file(path)?,
            (false, false) => {}
        }
    }
    Ok(())
}

/// Returns the number of packages of a complete build.
async fn packages(builder: &Builder, target: &Target, build: &CargoBuild) -> Result<u64> {
    let invocation = cargo(builder.project.root())
        .args([
            "tree",
            "--locked",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--target",
            &target.triple,
            "--no-default-features",
            "--features",
        ])
        .arg(build.features.join(","));
    let tree = tool(invocation, "cannot list the packages of the workloads", HINT).await?;
    let names: BTreeSet<&str> = tree.stdout.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    Ok(names.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_machines_programs_are_linked_by_zig() {
        let (host, other) = (Platform::LINUX_AMD64, Platform::LINUX_ARM64);
        let native = Target::of(Platforms { images: host, host });
        assert_eq!((native.subcommand, &*native.triple), ("build", "x86_64-unknown-linux-gnu"));
        let cross = Target::of(Platforms { images: other, host });
        assert_eq!((cross.subcommand, &*cross.triple), ("zigbuild", "aarch64-unknown-linux-musl"));
    }
}
