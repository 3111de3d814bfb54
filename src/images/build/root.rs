//! Creates a root file system from Debian packages and converts it into a layer that images share.

use std::{collections::BTreeSet, path::Path};

use super::{Builder, blocking, facts, watch};
use crate::{
    base::{
        failure::{Context, Failure, Kind, Result},
        oci,
        platform::Platform,
        tool::Invocation,
    },
    config::infra::RootBuild,
    images::{Provenance, progress::JobProgress, store::Store},
};

/// The file with the description of the layer in a root's result.
pub(super) const LAYER: &str = "layer.json";
const HINT: &str = "install mmdebstrap and debian-archive-keyring (on Debian and Ubuntu: `apt-get install mmdebstrap \
                    debian-archive-keyring`; or run `./scripts/host`), or use `--supply pull`";
/// Documentation and translations, which no program in an image reads. Licences are kept.
const EXCLUDED: [&str; 5] = [
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/locale/*",
    "path-exclude=/usr/share/info/*",
];
/// The prefix that our hooks print before the name and the version of every package.
const PACKAGE: &str = "package: ";
/// Extracted packages are not in dpkg's list, but their archives still exist when this hook runs.
const LIST_ARCHIVES: &str = r#"--extract-hook=for deb in "$1"/var/cache/apt/archives/*.deb; do dpkg-deb --show --showformat='package: ${Package}=${Version}\n' "$deb"; done"#;
/// Installed packages are in dpkg's list.
const LIST_INSTALLED: &str = r#"--customize-hook=dpkg-query --admindir="$1/var/lib/dpkg" --show --showformat='package: ${Package}=${Version}\n'"#;
/// The number of steps that mmdebstrap reports before the layer is packed.
const STEPS: u64 = 9;

/// Writes the layer and its description to `out`.
pub(super) async fn run(
    (builder, platform): (&Builder, Platform),
    id: &str,
    build: &RootBuild,
    out: &Path,
    report: &JobProgress,
) -> Result<Provenance> {
    let archive = out.join("root.tar");
    let mut done = 0;
    let mut packages = BTreeSet::new();
    let what = format!("cannot create the root of Debian {} packages for `{id}`", build.suite);
    watch(mmdebstrap(builder, platform, build, &archive), &what, HINT, |line| {
        if let Some(step) = line.strip_prefix("I: ") {
            done += 1;
            report.progress(done.min(STEPS), Some(STEPS + 1), step);
        } else if let Some(package) = line.strip_prefix(PACKAGE) {
            packages.insert(package.to_owned());
        }
    })
    .await?;
    if packages.is_empty() {
        return Err(Failure::new(Kind::Tool, what).because("mmdebstrap did not report the packages"));
    }
    report.progress(STEPS, Some(STEPS + 1), "packing the layer");
    let path = out.join("layer.tar.zst");
    let layer = blocking(&what, move || {
        let layer = oci::repack(&archive, &path, is_unwanted)?;
        std::fs::remove_file(&archive)?;
        Ok(layer)
    })
    .await?;
    let layer = Store::relative(&layer, id, builder.key(id));
    let description = serde_json::to_vec_pretty(&layer).context(Kind::Internal, "cannot encode a layer")?;
    std::fs::write(out.join(LAYER), description).with_context(Kind::Tool, || what)?;
    Ok(facts([
        ("supply", "Debian packages".to_owned()),
        ("suite", build.suite.clone()),
        ("packages", packages.into_iter().collect::<Vec<_>>().join(" ")),
    ]))
}

fn mmdebstrap(builder: &Builder, platform: Platform, build: &RootBuild, archive: &Path) -> Invocation {
    let script =
        |kind: &str, path: &String| format!("--{kind}-hook={}", builder.project.root().join(path).display());
    let mut invocation = Invocation::new("mmdebstrap")
        // Makes the archive reproducible for the same package versions.
        .env("SOURCE_DATE_EPOCH", "0")
        .args(["--mode=auto", "--format=tar"])
        .arg(format!("--architectures={}", platform.architecture))
        .arg(format!("--variant={}", build.variant))
        .arg("--aptopt=Acquire::Languages \"none\"")
        .args(EXCLUDED.map(|option| format!("--dpkgopt={option}")))
        .args(build.exclude.iter().map(|pattern| format!("--dpkgopt=path-exclude={pattern}")))
        .arg(format!("--include={}", build.packages.join(",")));
    if build.variant == "extract" {
        // This variant runs no maintainer scripts, so /bin and /usr/bin are merged before packages are
        // extracted.
        invocation = invocation.arg("--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr").arg(LIST_ARCHIVES);
    } else {
        invocation = invocation.arg(LIST_INSTALLED);
    }
    invocation
        .args(build.before.iter().map(|path| script("essential", path)))
        .args(build.after.iter().map(|path| script("customize", path)))
        .arg(&build.suite)
        .arg(archive)
}

/// Whether a file is specific to the machine that created the root, or not needed in an image.
fn is_unwanted(name: &str) -> bool {
    const FOLDERS: [&str; 6] =
        ["dev/", "var/log/", "var/cache/apt/", "var/cache/debconf/", "var/lib/apt/lists/", "tmp/"];
    const FILES: [&str; 5] = [
        "etc/machine-id",
        "etc/hostname",
        "etc/resolv.conf",
        "var/cache/ldconfig/aux-cache",
        "var/lib/dbus/machine-id",
    ];
    FILES.contains(&name) || FOLDERS.iter().any(|folder| name.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_specific_files_are_dropped() {
        for name in ["etc/resolv.conf", "dev/null", "var/log/dpkg.log"] {
            assert!(is_unwanted(name), "{name}");
        }
        for name in ["etc/passwd", "dev", "var/log", "usr/bin/sh"] {
            assert!(!is_unwanted(name), "{name}");
        }
    }
}
