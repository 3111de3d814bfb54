//! `seasense gc`: removes orphaned environments, or what the caches contain beyond their limits.

use std::process::ExitCode;

use serde::Serialize;

use super::{Context, json::Json};
use crate::{
    base::failure::Result,
    images::cache::{self, Part},
    local::gc::{self, Decision, Evaluated, Scope},
    ui,
};

/// Arguments of `seasense gc`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Show what would be removed, without removing it
    #[arg(long)]
    dry_run: bool,
    /// Reduce the caches of images and builds to their limits instead
    #[arg(long)]
    cache: bool,
    #[command(flatten)]
    json: Json,
}

#[derive(Debug, Serialize)]
struct Report {
    version: u8,
    dry_run: bool,
    environments: Vec<Evaluated>,
}

#[derive(Debug, Serialize)]
struct CacheReport {
    version: u8,
    dry_run: bool,
    parts: Vec<Part>,
}

/// Checks every environment of this machine and removes the orphaned ones.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let host = context.host().await?;
    if args.cache {
        let parts = cache::trim(&host.dirs, Some(&host.docker), &host.events, args.dry_run).await?;
        let report = CacheReport { version: 1, dry_run: args.dry_run, parts };
        args.json.print(context, &report, || cache_text(&report))?;
        return Ok(ExitCode::SUCCESS);
    }
    let environments = gc::collect(&host, jiff::Timestamp::now(), Scope::All, args.dry_run).await?;
    let report = Report { version: 2, dry_run: args.dry_run, environments };
    args.json.print(context, &report, || text(&report.environments, args.dry_run))?;
    Ok(ExitCode::SUCCESS)
}

fn cache_text(CacheReport { dry_run, parts, .. }: &CacheReport) -> String {
    let rows: Vec<[String; 4]> = parts
        .iter()
        .map(|part| {
            let limit = part.limit_bytes.map_or_else(|| "-".to_owned(), ui::size);
            [part.name.clone(), ui::size(part.bytes), limit, ui::size(part.removed_bytes)]
        })
        .collect();
    let removed = if *dry_run { "TO REMOVE" } else { "REMOVED" };
    ui::table(["CACHE", "SIZE", "LIMIT", removed], &rows)
}

fn text(environments: &[Evaluated], dry_run: bool) -> String {
    let removed = if dry_run { "to remove" } else { "removed" };
    let lines = environments.iter().map(|one| match &one.decision {
        Decision::Keep(reason) => format!("  {:9} {}: {reason}\n", "kept", one.name),
        Decision::Remove(reason) => format!("  {removed:9} {}: {reason}\n", one.name),
    });
    let lines: String = lines.collect();
    if lines.is_empty() { "There is no environment on this machine.\n".to_owned() } else { lines }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::cluster::Removed;

    fn environments() -> Vec<Evaluated> {
        let removed = Removed { containers: vec!["seasense-ci-1-fleet".into()], ..Removed::default() };
        vec![
            Evaluated {
                name: "ci-1".into(),
                decision: Decision::Remove("its owner process is dead"),
                removed: Some(removed),
            },
            Evaluated {
                name: "local".into(),
                decision: Decision::Keep("its checkout exists"),
                removed: None,
            },
        ]
    }

    #[test]
    fn the_table_shows_size_limit_and_what_is_removed() {
        let part = |name: &str, bytes, limit_bytes, removed_bytes| Part {
            name: name.to_owned(),
            bytes,
            limit_bytes,
            removed_bytes,
        };
        let parts = vec![
            part("go-build", 14 << 30, Some(12 << 30), 2 << 30),
            part("images of the daemon", 3 << 20, None, 0),
        ];
        insta::assert_snapshot!(cache_text(&CacheReport { version: 1, dry_run: true, parts }), @"
        CACHE                 SIZE      LIMIT     TO REMOVE
        go-build              14.0 GiB  12.0 GiB  2.0 GiB
        images of the daemon  3.0 MiB   -         0 B
        ");
    }

    #[test]
    fn the_text_shows_each_verdict_with_its_reason() {
        insta::assert_snapshot!(text(&environments(), true), @r"
          to remove ci-1: its owner process is dead
          kept      local: its checkout exists
        ");
        assert!(text(&environments(), false).contains("removed   ci-1: its owner process is dead"));
    }
}
