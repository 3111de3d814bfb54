//! `seasense gc`: removes orphaned environments.

use std::process::ExitCode;

use serde::Serialize;

use super::{Context, json::Json};
use crate::{
    base::failure::Result,
    local::gc::{self, Decision, Evaluated, Scope},
};

/// Arguments of `seasense gc`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Show what would be removed, without removing it
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    json: Json,
}

#[derive(Debug, Serialize)]
struct Report {
    version: u8,
    dry_run: bool,
    environments: Vec<Evaluated>,
}

/// Checks every environment of this machine and removes the orphaned ones.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let host = context.host().await?;
    let environments = gc::collect(&host, jiff::Timestamp::now(), Scope::All, args.dry_run).await?;
    let report = Report { version: 2, dry_run: args.dry_run, environments };
    args.json.print(context, &report, || text(&report.environments, args.dry_run))?;
    Ok(ExitCode::SUCCESS)
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
    fn the_text_shows_each_verdict_with_its_reason() {
        insta::assert_snapshot!(text(&environments(), true), @r"
          to remove ci-1: its owner process is dead
          kept      local: its checkout exists
        ");
        assert!(text(&environments(), false).contains("removed   ci-1: its owner process is dead"));
    }
}
