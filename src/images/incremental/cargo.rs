//! Compiles the programs of this package incrementally.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use super::{IncrementalBuilder, compiler_errors};
use crate::{
    base::{
        failure::{Context, Kind, Result},
        tool::{Stream, ToolError},
    },
    config::Infra,
    images::build::cargo as release,
};

/// The profile for workloads during `dev --watch`: compiles in seconds and produces small programs, which are
/// pushed quickly. It is defined here because `Cargo.toml` is an input of the images and the profile does not
/// affect them.
const PROFILE: &str = "watch";
const SETTINGS: [&str; 5] = [
    "profile.watch.inherits='dev'",
    "profile.watch.opt-level=1",
    "profile.watch.debug=false",
    "profile.watch.strip='debuginfo'",
    "profile.watch.incremental=true",
];

/// Builds `programs`. Returns the directory of the programs for each Cargo build in `infra`.
pub(super) async fn build(
    builder: &IncrementalBuilder,
    infra: &Infra,
    programs: &BTreeSet<&str>,
) -> Result<BTreeMap<String, PathBuf>> {
    let features: BTreeSet<&str> =
        infra.recipes.cargo.values().flat_map(|build| &build.features).map(String::as_str).collect();
    let made_for = release::Target::of(builder.context.platforms);
    let target = builder.path("target");
    let mut invocation = release::cargo(builder.root())
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_ENCODED_RUSTFLAGS", release::flags(&target))
        .env("CARGO_INCREMENTAL", "1")
        .args([made_for.subcommand, "--locked", "--profile", PROFILE, "--message-format", "json"])
        .args(["--target", &made_for.triple, "--no-default-features", "--features"])
        .arg(features.into_iter().collect::<Vec<_>>().join(","));
    for setting in SETTINGS {
        invocation = invocation.args(["--config", setting]);
    }
    for program in programs {
        invocation = invocation.args(["--bin", program]);
    }
    let mut errors = Vec::new();
    let built = invocation
        .watch(|line| {
            if line.stream == Stream::Stdout {
                errors.extend(compiler_errors::rustc(&line.text));
            }
        })
        .await;
    if let Err(error) = built {
        return Err(compiler_errors::failure("the sources do not compile", errors)
            .unwrap_or_else(|| cargo_failed(error, made_for.hint)));
    }
    let folder = target.join(&made_for.triple).join(PROFILE);
    std::fs::metadata(&folder).with_context(Kind::Tool, || format!("cannot find `{}`", folder.display()))?;
    Ok(infra.recipes.cargo.keys().map(|name| (format!("cargo.{name}"), folder.clone())).collect())
}

/// The error if Cargo itself failed or is missing, without a compiler error.
fn cargo_failed(error: ToolError, hint: &str) -> crate::base::failure::Failure {
    let missing = matches!(error, ToolError::Missing { .. });
    let failure = error.into_failure(Kind::Tool, "cannot compile the workloads");
    if missing { failure.hint(hint) } else { failure }
}
