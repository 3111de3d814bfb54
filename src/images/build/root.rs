//! Makes a root file system of Debian packages and turns it into a layer that images share.

use std::{collections::BTreeSet, path::Path};

use super::{Workshop, blocking, facts, watch};
use crate::{
    base::{
        failure::{Context, Failure, Kind, Result},
        tool::Invocation,
    },
    config::infra::RootBuild,
    images::{Provenance, meter::Report, oci, store::Store},
};

/// The file in a root's result that describes its layer.
pub(super) const LAYER: &str = "layer.json";
const HINT: &str = "install mmdebstrap and debian-archive-keyring (on Debian and Ubuntu: `apt-get install mmdebstrap \
                    debian-archive-keyring`; `./scripts/host` does so), or use `--supply pull`";
/// Documents and translations, which no program in an image reads. Licences stay.
const EXCLUDED: [&str; 5] = [
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/locale/*",
    "path-exclude=/usr/share/info/*",
];
/// What our hook writes before the name and the version of every package that went in.
const PACKAGE: &str = "package: ";
/// Unpacked packages leave no list behind, but their archives are still there when this runs.
const LIST_ARCHIVES: &str = r#"--extract-hook=for deb in "$1"/var/cache/apt/archives/*.deb; do dpkg-deb --show --showformat='package: ${Package}=${Version}\n' "$deb"; done"#;
/// Installed packages stand in dpkg's list.
const LIST_INSTALLED: &str = r#"--customize-hook=dpkg-query --admindir="$1/var/lib/dpkg" --show --showformat='package: ${Package}=${Version}\n'"#;
/// The steps mmdebstrap tells of, after which the layer is packed.
const STEPS: u64 = 9;

/// Writes the layer and its description into `out`.
pub(super) async fn run(
    shop: &Workshop,
    id: &str,
    build: &RootBuild,
    out: &Path,
    report: &Report,
) -> Result<Provenance> {
    let archive = out.join("root.tar");
    let mut done = 0;
    let mut packages = BTreeSet::new();
    let what = format!("make the root of Debian {} packages for `{id}`", build.suite);
    watch(mmdebstrap(shop, build, &archive), &what, HINT, |line| {
        if let Some(step) = line.strip_prefix("I: ") {
            done += 1;
            report.progress(done.min(STEPS), Some(STEPS + 1), step);
        } else if let Some(package) = line.strip_prefix(PACKAGE) {
            packages.insert(package.to_owned());
        }
    })
    .await?;
    if packages.is_empty() {
        return Err(Failure::new(Kind::Tool, what).because("mmdebstrap did not say which packages it took"));
    }
    report.progress(STEPS, Some(STEPS + 1), "packing the layer");
    let path = out.join("layer.tar.zst");
    let layer = blocking(&what, move || {
        let layer = oci::repack(&archive, &path, is_leftover)?;
        std::fs::remove_file(&archive)?;
        Ok(layer)
    })
    .await?;
    let layer = Store::relative(&layer, id, shop.key(id));
    let description = serde_json::to_vec_pretty(&layer).context(Kind::Internal, "describe a layer")?;
    std::fs::write(out.join(LAYER), description).with_context(Kind::Tool, || what)?;
    Ok(facts([
        ("supply", "Debian packages".to_owned()),
        ("suite", build.suite.clone()),
        ("packages", packages.into_iter().collect::<Vec<_>>().join(" ")),
    ]))
}

fn mmdebstrap(shop: &Workshop, build: &RootBuild, archive: &Path) -> Invocation {
    let script =
        |kind: &str, path: &String| format!("--{kind}-hook={}", shop.project.root().join(path).display());
    let mut invocation = Invocation::new("mmdebstrap")
        // Makes the archive the same on every run, as long as Debian's packages are.
        .env("SOURCE_DATE_EPOCH", "0")
        .args(["--mode=auto", "--format=tar", "--architectures=amd64"])
        .arg(format!("--variant={}", build.variant))
        .arg("--aptopt=Acquire::Languages \"none\"")
        .args(EXCLUDED.map(|option| format!("--dpkgopt={option}")))
        .args(build.exclude.iter().map(|pattern| format!("--dpkgopt=path-exclude={pattern}")))
        .arg(format!("--include={}", build.packages.join(",")));
    if build.variant == "extract" {
        // Nobody runs the script that joins /bin and /usr/bin, so the folders are joined before packages are unpacked.
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

/// What belongs to the machine that made the root, or what an image does not need.
fn is_leftover(name: &str) -> bool {
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
    fn what_belongs_to_the_machine_is_left_out() {
        for name in ["etc/resolv.conf", "dev/null", "var/log/dpkg.log"] {
            assert!(is_leftover(name), "{name}");
        }
        for name in ["etc/passwd", "dev", "var/log", "usr/bin/sh"] {
            assert!(!is_leftover(name), "{name}");
        }
    }
}
