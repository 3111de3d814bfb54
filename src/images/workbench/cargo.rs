//! Programs of this package, compiled incrementally.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use super::{Workbench, diagnose};
use crate::{
    base::{
        failure::{Context, Kind, Result},
        tool::{Stream, ToolError},
    },
    config::Infra,
    images::build::cargo as release,
};

/// The profile that workloads are compiled with while somebody works on them: in seconds, and small enough to be pushed in
/// one. It stands here because `Cargo.toml` is an input of the images, of which it changes nothing.
const PROFILE: &str = "watch";
const SETTINGS: [&str; 5] = [
    "profile.watch.inherits='dev'",
    "profile.watch.opt-level=1",
    "profile.watch.debug=false",
    "profile.watch.strip='debuginfo'",
    "profile.watch.incremental=true",
];

/// Builds `programs`; gives, for each build of this package that `infra` knows, the folder in which they are.
pub(super) async fn build(
    bench: &Workbench,
    infra: &Infra,
    programs: &BTreeSet<&str>,
) -> Result<BTreeMap<String, PathBuf>> {
    let features: BTreeSet<&str> =
        infra.recipes.cargo.values().flat_map(|build| &build.features).map(String::as_str).collect();
    let target = bench.path("target");
    let mut invocation = release::cargo(bench.root())
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_ENCODED_RUSTFLAGS", release::flags(&target))
        .env("CARGO_INCREMENTAL", "1")
        .args(["build", "--locked", "--profile", PROFILE, "--message-format", "json"])
        .args(["--target", release::TARGET, "--no-default-features", "--features"])
        .arg(features.into_iter().collect::<Vec<_>>().join(","));
    for setting in SETTINGS {
        invocation = invocation.args(["--config", setting]);
    }
    for program in programs {
        invocation = invocation.args(["--bin", program]);
    }
    let mut diagnoses = Vec::new();
    let built = invocation
        .watch(|line| {
            if line.stream == Stream::Stdout {
                diagnoses.extend(diagnose::rustc(&line.text));
            }
        })
        .await;
    if let Err(error) = built {
        return Err(
            diagnose::failure("the sources do not compile", diagnoses).unwrap_or_else(|| refused(error))
        );
    }
    let folder = target.join(release::TARGET).join(PROFILE);
    std::fs::metadata(&folder).with_context(Kind::Tool, || format!("find `{}`", folder.display()))?;
    Ok(infra.recipes.cargo.keys().map(|name| (format!("cargo.{name}"), folder.clone())).collect())
}

/// Cargo itself refused, or is not there: no compiler has named a place.
fn refused(error: ToolError) -> crate::base::failure::Failure {
    let missing = matches!(error, ToolError::Missing { .. });
    let failure = error.into_failure(Kind::Tool, "compile the workloads");
    if missing { failure.hint(release::HINT) } else { failure }
}
