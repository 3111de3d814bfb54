//! `seasense images prune`: removes unreferenced images from a registry.

use std::{collections::BTreeSet, process::ExitCode, time::Duration};

use serde::Serialize;

use super::super::{Context, json::Json};
use crate::{
    artifact::REPOSITORY,
    base::{
        failure::{Failure, Kind, Result},
        http::is_loopback,
        k8s::Client,
    },
    images::prune::{self, Decision, Options, Verdict},
    local::cluster::{self, ClusterState},
    phases,
    registry::{Digest, RegistryPath},
    ui,
};

/// A cluster that does not respond within this time is reported as an error.
const SILENCE: Duration = Duration::from_secs(20);

/// Arguments of `seasense images prune`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Location of the images, for example `rg.fr-par.scw.cloud/seasense`
    #[arg(long, value_name = "HOST/NAMESPACE")]
    registry: String,
    /// Number of unreferenced manifests to keep per repository, the newest ones
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    keep: u16,
    /// Digest to keep with everything it references, in addition to those in lock files; may be repeated
    #[arg(long, value_name = "DIGEST")]
    in_use: Vec<String>,
    /// Show what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    json: Json,
}

#[derive(Debug, Serialize)]
struct Report<'a> {
    version: u8,
    registry: &'a str,
    keep: u16,
    dry_run: bool,
    images: Vec<Row<'a>>,
    removed: usize,
}

#[derive(Debug, Serialize)]
struct Row<'a> {
    repository: &'a str,
    digest: &'a Digest,
    tags: &'a BTreeSet<String>,
    verdict: &'static str,
    reason: &'a str,
}

/// Collects the digests in use, prunes, and prints the verdicts.
pub async fn run(context: &Context<'_>, args: &Args) -> Result<ExitCode> {
    let project = context.project()?;
    let location = RegistryPath::parse(&args.registry)?;
    let mut in_use = prune::parse_digests(&args.in_use)?;
    if is_loopback(&location.host) {
        in_use.extend(running_digests(context).await?);
    }
    let options = Options {
        location,
        keep: usize::from(args.keep),
        dry_run: args.dry_run,
        in_use,
        repositories: vec![REPOSITORY.to_owned()],
    };
    let outcome = prune::prune(&project, options, context.ui.events()).await?;
    let report = report(args, &outcome.decisions, outcome.removed);
    args.json.print(context, &report, || text(&report))?;
    Ok(ExitCode::SUCCESS)
}

/// Returns the digests that the environments of this machine run. They share its registry.
async fn running_digests(context: &Context<'_>) -> Result<BTreeSet<Digest>> {
    let host = context.host().await?;
    let mut digests = BTreeSet::new();
    for found in crate::local::inventory::inventory(&host).await? {
        match found.cluster_state {
            ClusterState::Running => digests.extend(running_digest(&host.dirs, &found.cluster).await?),
            ClusterState::Absent | ClusterState::Foreign { .. } => (),
            // A stopped cluster pulls images again that its nodes lack when it resumes.
            ClusterState::Partial { .. } | ClusterState::Stopped | ClusterState::Paused { .. } => {
                return Err(Failure::new(
                    Kind::Cluster,
                    format!("the digest of `{}` is unknown", found.instance),
                )
                .because("its cluster exists but does not run")
                .hint(format!(
                    "resume it with `seasense resume`, or remove it with `seasense down` (`{}`)",
                    found.cluster
                )));
            }
        }
    }
    Ok(digests)
}

async fn running_digest(dirs: &crate::config::HostDirs, cluster: &str) -> Result<Option<Digest>> {
    let query = async {
        let client = Client::connect(&cluster::handle(dirs, cluster)).await?;
        phases::current_digest(&client).await
    };
    tokio::time::timeout(SILENCE, query).await.unwrap_or_else(|_| {
        Err(Failure::new(Kind::Cluster, format!("the cluster `{cluster}` does not report its digest"))
            .hint("nothing was removed; run `seasense status`"))
    })
}

fn report<'a>(args: &'a Args, decisions: &'a [Decision], removed: usize) -> Report<'a> {
    let row = |one: &'a Decision| {
        let (verdict, reason) = match &one.verdict {
            Verdict::Keep(reason) => ("keep", reason.as_str()),
            Verdict::Remove => ("remove", "nothing references it"),
        };
        Row { repository: &one.repository, digest: &one.digest, tags: &one.tags, verdict, reason }
    };
    Report {
        version: 1,
        registry: &args.registry,
        keep: args.keep,
        dry_run: args.dry_run,
        images: decisions.iter().map(row).collect(),
        removed,
    }
}

fn text(report: &Report<'_>) -> String {
    let removed = if report.dry_run { "would be removed" } else { "removed" };
    let rows: Vec<[String; 5]> = report
        .images
        .iter()
        .map(|row| {
            [
                if row.verdict == "keep" { "kept" } else { removed }.to_owned(),
                row.repository.to_owned(),
                row.digest.short().to_owned(),
                row.tags.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
                row.reason.to_owned(),
            ]
        })
        .collect();
    if rows.is_empty() {
        return format!("{} contains no images.\n", report.registry);
    }
    ui::table(["", "REPOSITORY", "DIGEST", "TAGS", "REASON"], &rows)
}

#[cfg(test)]
#[allow(clippy::duplicate_mod, reason = "one checker serves the tests of several crates and modules")]
#[path = "../../../tests/schemas/check.rs"]
mod schema;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::prune::{StoredManifest, select};

    fn args(dry_run: bool) -> Args {
        Args {
            registry: "rg.example/seasense".into(),
            keep: 1,
            in_use: Vec::new(),
            dry_run,
            json: Json::when(false),
        }
    }

    fn decisions() -> Vec<Decision> {
        let digest = |number: u8| format!("sha256:{number:064x}").parse::<Digest>().unwrap();
        let one = |repository: &str, number: u8, tag: &str, references: &[u8]| StoredManifest {
            repository: format!("seasense/{repository}"),
            digest: digest(number),
            tags: [tag.to_owned()].into(),
            created: None,
            references: references.iter().map(|number| digest(*number)).collect(),
        };
        let stored = [
            one("backend", 1, "1.0.0", &[]),
            one("backend", 2, "1.1.0", &[]),
            one("platform", 3, "1.1.0", &[2]),
        ];
        select(&stored, &BTreeSet::new(), 1)
    }

    #[test]
    fn the_report_contains_every_verdict_with_its_reason() {
        let (args, decisions) = (args(true), decisions());
        let report = report(&args, &decisions, 0);
        insta::assert_snapshot!(text(&report), @r"
                                    REPOSITORY         DIGEST               TAGS   REASON
                  would be removed  seasense/backend   sha256:000000000000  1.0.0  nothing references it
                  kept              seasense/backend   sha256:000000000000  1.1.0  it is among the newest 1 of seasense/backend
                  kept              seasense/platform  sha256:000000000000  1.1.0  it is among the newest 1 of seasense/platform
        ");
        schema::assert_allowed("prune", &serde_json::to_value(&report).unwrap());
    }
}
