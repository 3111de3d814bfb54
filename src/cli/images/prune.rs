//! `seasense images prune`: removes from a registry what nothing names any more.

use std::{collections::BTreeSet, process::ExitCode, time::Duration};

use serde::Serialize;

use super::super::{Context, json::Json};
use crate::{
    artifact::whole::REPOSITORY,
    base::{
        failure::{Failure, Kind, Result},
        k8s::Client,
    },
    config::{Infra, Project, registry_credentials},
    images::prune::{self, Judged, Verdict},
    local::cluster::{self, Observed},
    phases,
    registry::{Admin, Place, is_local},
    ui,
};

/// A cluster that does not answer within this cannot say what it runs.
const SILENCE: Duration = Duration::from_secs(20);

/// Arguments of `seasense images prune`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where the images are, for example `rg.fr-par.scw.cloud/seasense`
    #[arg(long, value_name = "HOST/NAMESPACE")]
    registry: String,
    /// How many of each repository stay although nothing names them: the newest ones
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    keep: u16,
    /// A digest that stays with everything it names, beside those of the lock files; may be given several times
    #[arg(long, value_name = "DIGEST")]
    in_use: Vec<String>,
    /// Say what would go, and remove nothing
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
    digest: &'a str,
    tags: &'a BTreeSet<String>,
    verdict: &'static str,
    reason: &'a str,
}

/// Looks through the registry, judges, and removes.
pub async fn run(context: &Context<'_>, args: &Args) -> Result<ExitCode> {
    let project = context.project()?;
    let place = Place::parse(&args.registry)?;
    let mut locked = named(&args.in_use)?;
    locked.extend(prune::locked(&project, jiff::Timestamp::now()).await?);
    if is_local(&place.host) {
        locked.extend(running(context).await?);
    }
    let admin = Admin::new(&place.host, registry_credentials(&place.host)?)?;
    let events = context.ui.events();
    let held = prune::survey(&admin, &place, &known(&project)?, &locked, events).await?;
    let judged = prune::select(&held, &locked, usize::from(args.keep));
    let removed = if args.dry_run { 0 } else { prune::carry_out(&admin, &judged, events).await? };
    let report = report(args, &judged, removed);
    args.json.print(context, &report, || text(&report))?;
    Ok(ExitCode::SUCCESS)
}

/// The digests given by hand; a typing error must not cost an image.
fn named(digests: &[String]) -> Result<BTreeSet<String>> {
    let wrong =
        digests.iter().find(|digest| prune::digests_in(digest) != BTreeSet::from([(*digest).clone()]));
    match wrong {
        Some(wrong) => Err(Failure::new(Kind::Usage, format!("`{wrong}` is no digest"))
            .hint("a digest is `sha256:` and 64 hex digits; `seasense status --json` shows what runs")),
        None => Ok(digests.iter().cloned().collect()),
    }
}

/// The names of all repositories that are ever pushed.
fn known(project: &Project) -> Result<Vec<String>> {
    let images = Infra::load(project)?.recipes.image.into_keys();
    Ok(images.chain([REPOSITORY.to_owned()]).collect())
}

/// What the environments of this machine run, which take everything from its registry.
async fn running(context: &Context<'_>) -> Result<BTreeSet<String>> {
    let host = context.host().await?;
    let mut digests = BTreeSet::new();
    for found in crate::local::inventory::inventory(&host).await? {
        match found.cluster_state {
            Observed::Running => digests.extend(followed(&host.dirs, &found.cluster).await?),
            Observed::Absent | Observed::Foreign { .. } => (),
            // It wakes with the images that its nodes have, but asks the registry for those that they lack.
            Observed::Partial { .. } | Observed::Stopped | Observed::Paused { .. } => {
                return Err(Failure::new(
                    Kind::Cluster,
                    format!("it is not known what `{}` runs", found.instance),
                )
                .because("its cluster is there and does not run")
                .hint(format!(
                    "wake it with `seasense resume`, or remove it with `seasense down` (`{}`)",
                    found.cluster
                )));
            }
        }
    }
    Ok(digests)
}

async fn followed(dirs: &crate::config::HostDirs, cluster: &str) -> Result<Option<String>> {
    let asked = async {
        let client = Client::connect(&cluster::handle(dirs, cluster)).await?;
        phases::current_digest(&client).await
    };
    tokio::time::timeout(SILENCE, asked).await.unwrap_or_else(|_| {
        Err(Failure::new(Kind::Cluster, format!("the cluster `{cluster}` does not say what it runs"))
            .hint("nothing was removed; see `seasense status`"))
    })
}

fn report<'a>(args: &'a Args, judged: &'a [Judged], removed: usize) -> Report<'a> {
    let row = |one: &'a Judged| {
        let (verdict, reason) = match &one.verdict {
            Verdict::Keep(why) => ("keep", why.as_str()),
            Verdict::Remove => ("remove", "nothing names it"),
        };
        Row { repository: &one.repository, digest: &one.digest, tags: &one.tags, verdict, reason }
    };
    Report {
        version: 1,
        registry: &args.registry,
        keep: args.keep,
        dry_run: args.dry_run,
        images: judged.iter().map(row).collect(),
        removed,
    }
}

fn text(report: &Report<'_>) -> String {
    let gone = if report.dry_run { "would go" } else { "removed" };
    let rows: Vec<[String; 5]> = report
        .images
        .iter()
        .map(|row| {
            [
                if row.verdict == "keep" { "kept" } else { gone }.to_owned(),
                row.repository.to_owned(),
                row.digest.get(..19).unwrap_or(row.digest).to_owned(),
                row.tags.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
                row.reason.to_owned(),
            ]
        })
        .collect();
    if rows.is_empty() {
        return format!("There is nothing at {}.\n", report.registry);
    }
    ui::table(["", "REPOSITORY", "DIGEST", "TAGS", "WHY"], &rows)
}

#[cfg(test)]
#[allow(clippy::duplicate_mod, reason = "one checker serves the tests of several crates and modules")]
#[path = "../../../tests/schemas/check.rs"]
mod schema;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::prune::{Held, select};

    fn args(dry_run: bool) -> Args {
        Args {
            registry: "rg.example/seasense".into(),
            keep: 1,
            in_use: Vec::new(),
            dry_run,
            json: Json::when(false),
        }
    }

    fn judged() -> Vec<Judged> {
        let digest = |number: u8| format!("sha256:{number:064x}");
        let one = |repository: &str, number: u8, tag: &str, names: &[u8]| Held {
            repository: format!("seasense/{repository}"),
            digest: digest(number),
            tags: [tag.to_owned()].into(),
            made: None,
            names: names.iter().map(|number| digest(*number)).collect(),
        };
        let held = [
            one("backend", 1, "1.0.0", &[]),
            one("backend", 2, "1.1.0", &[]),
            one("platform", 3, "1.1.0", &[2]),
        ];
        select(&held, &BTreeSet::new(), 1)
    }

    #[test]
    fn people_and_programs_see_what_becomes_of_each_and_why() {
        let (args, judged) = (args(true), judged());
        let report = report(&args, &judged, 0);
        insta::assert_snapshot!(text(&report), @r"
                  REPOSITORY         DIGEST               TAGS   WHY
        would go  seasense/backend   sha256:000000000000  1.0.0  nothing names it
        kept      seasense/backend   sha256:000000000000  1.1.0  it is among the newest 1 of seasense/backend
        kept      seasense/platform  sha256:000000000000  1.1.0  it is among the newest 1 of seasense/platform
        ");
        schema::assert_allowed("prune", &serde_json::to_value(&report).unwrap());
    }

    #[test]
    fn a_typing_error_in_a_digest_is_told() {
        let good = format!("sha256:{}", "a".repeat(64));
        assert_eq!(named(std::slice::from_ref(&good)).unwrap(), BTreeSet::from([good.clone()]));
        for wrong in [good[..70].to_owned(), format!("{good}0"), "latest".to_owned()] {
            assert_eq!(named(&[wrong]).unwrap_err().kind, Kind::Usage);
        }
    }
}
