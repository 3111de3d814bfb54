//! `seasense gc`: removes what belongs to no living owner.

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
    /// Say what would go, and remove nothing
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

/// Judges every environment of this machine and removes those that nobody needs.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let host = context.host().await?;
    let evaluated = gc::collect(&host, jiff::Timestamp::now(), Scope::All, args.dry_run).await?;
    let report = Report { version: 2, dry_run: args.dry_run, environments: evaluated };
    args.json.print(context, &report, || text(&report.environments, args.dry_run))?;
    Ok(ExitCode::SUCCESS)
}

fn text(evaluated: &[Evaluated], dry: bool) -> String {
    let gone = if dry { "would go" } else { "removed" };
    let lines = evaluated.iter().map(|one| match &one.decision {
        Decision::Keep(why) => format!("  {:9} {}: {why}\n", "kept", one.name),
        Decision::Remove(why) => format!("  {gone:9} {}: {why}\n", one.name),
    });
    let lines: String = lines.collect();
    if lines.is_empty() { "There is no environment on this machine.\n".to_owned() } else { lines }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::cluster::Removed;

    fn evaluated() -> Vec<Evaluated> {
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
    fn people_see_what_became_of_each_and_why() {
        insta::assert_snapshot!(text(&evaluated(), true), @r"
          would go  ci-1: its owner process is dead
          kept      local: its checkout exists
        ");
        assert!(text(&evaluated(), false).contains("removed   ci-1: its owner process is dead"));
    }
}
