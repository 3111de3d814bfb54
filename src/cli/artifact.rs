//! `seasense artifact publish`: publishes the artifact and its images under a version.

use std::{collections::BTreeMap, process::ExitCode};

use serde::Serialize;

use super::{Context, images::Supply, json::Json};
use crate::{
    artifact::{Published, Release},
    base::failure::Result,
    config::HostDirs,
    images::{self, Scope},
    registry::{Digest, RegistryPath},
};

/// Arguments of `seasense artifact`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Supply the images, pack the tree, and copy both to a registry under the version from Git's tags
    Publish(Publish),
}

#[derive(Debug, clap::Args)]
struct Publish {
    #[command(flatten)]
    supply: Supply,
    /// Target registry, for example `rg.fr-par.scw.cloud/seasense` [default: the local registry]
    #[arg(long, value_name = "HOST/NAMESPACE")]
    to: Option<String>,
    #[command(flatten)]
    json: Json,
}

#[derive(Debug, Serialize)]
struct Report {
    version: u8,
    artifact: Digest,
    release: String,
    registry: String,
    commit: String,
    images: BTreeMap<String, Digest>,
}

impl From<Published> for Report {
    fn from(published: Published) -> Self {
        let Published { artifact, version, registry, commit, images } = published;
        Self { version: 1, artifact, release: version.to_string(), registry, commit, images }
    }
}

/// Publishes the committed tree.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let Action::Publish(args) = args.action;
    let project = context.project()?;
    let to = args.to.as_deref().map(RegistryPath::parse).transpose()?;
    let dirs = HostDirs::from_environment()?;
    let release = Release::prepare(&project, &dirs, context.ui.events()).await?;

    let environment = context.environment(&project)?;
    let local = context.local(&project).await?;
    let supply = args.supply.context(&local, &environment).await?;
    let (lock, registry) = images::ensure(&supply, args.supply.mode(), &Scope::All).await?;
    let published = release.publish(&lock, &registry, to.as_ref(), &local.dirs, &local.events).await?;
    let report = Report::from(published);
    args.json.print(context, &report, || text(&report))?;
    Ok(ExitCode::SUCCESS)
}

fn text(report: &Report) -> String {
    format!(
        "{}  {}/platform:{}\n{} images, commit {}\n",
        report.artifact,
        report.registry,
        report.release,
        report.images.len(),
        report.commit.get(..12).unwrap_or(&report.commit)
    )
}

#[cfg(test)]
#[allow(clippy::duplicate_mod, reason = "one checker serves the tests of several crates and modules")]
#[path = "../../tests/schemas/check.rs"]
mod schema;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_contains_digest_and_version() {
        let digest = |of: &str| format!("sha256:{}", of.repeat(64)).parse::<Digest>().unwrap();
        let report = Report {
            version: 1,
            artifact: digest("a"),
            release: "1.2.3".into(),
            registry: "rg.example/seasense".into(),
            commit: "1".repeat(40),
            images: [("envoy".to_owned(), digest("b"))].into(),
        };
        insta::assert_snapshot!(text(&report), @r"
        sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa  rg.example/seasense/platform:1.2.3
        1 images, commit 111111111111
        ");
        schema::assert_allowed("published", &serde_json::to_value(&report).unwrap());
    }
}
