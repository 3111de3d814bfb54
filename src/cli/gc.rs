//! `seasense gc`: removes what belongs to no living owner.

use std::process::ExitCode;

use serde::Serialize;

use super::{Context, json::Json};
use crate::{
    base::failure::Result,
    local::gc::{self, Judged, Scope, Verdict},
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
    environments: Vec<Judged>,
}

/// Judges every environment of this machine and removes those that nobody needs.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let host = context.host().await?;
    let judged = gc::collect(&host, jiff::Timestamp::now(), Scope::All, args.dry_run).await?;
    let report = Report { version: 1, dry_run: args.dry_run, environments: judged };
    args.json.print(context, &report, || text(&report.environments, args.dry_run))?;
    Ok(ExitCode::SUCCESS)
}

fn text(judged: &[Judged], dry: bool) -> String {
    let gone = if dry { "would go" } else { "removed" };
    let lines = judged.iter().map(|one| match &one.verdict {
        Verdict::Keep(why) => format!("  {:9} {}: {why}\n", "kept", one.name),
        Verdict::Remove(why) => format!("  {gone:9} {}: {why}\n", one.name),
    });
    let lines: String = lines.collect();
    if lines.is_empty() { "There is no environment on this machine.\n".to_owned() } else { lines }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::cluster::Removed;

    fn judged() -> Vec<Judged> {
        let removed = Removed { containers: vec!["seasense-ci-1-fleet".into()], ..Removed::default() };
        vec![
            Judged {
                name: "ci-1".into(),
                verdict: Verdict::Remove("the run that made it is dead"),
                removed: Some(removed),
            },
            Judged { name: "local".into(), verdict: Verdict::Keep("its checkout is there"), removed: None },
        ]
    }

    #[test]
    fn people_see_what_became_of_each_and_why() {
        insta::assert_snapshot!(text(&judged(), true), @r"
          would go  ci-1: the run that made it is dead
          kept      local: its checkout is there
        ");
        assert!(text(&judged(), false).contains("removed   ci-1: the run that made it is dead"));
    }
}
