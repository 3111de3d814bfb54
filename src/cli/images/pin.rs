//! `seasense images pin`: writes the pins of official images from the registries, or checks them.

use std::process::ExitCode;

use serde::Serialize;

use super::super::{Context, json::Json};
use crate::{
    base::failure::{Kind, Result},
    images::pin::{self, PinChange},
    ui,
};

/// Arguments of `seasense images pin`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Write nothing, and exit with code 70 if a tag has moved
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    json: Json,
}

#[derive(Debug, Serialize)]
struct Report<'a> {
    version: u8,
    written: bool,
    changes: &'a [PinChange],
}

/// Resolves the tags, prints the changes, and writes the file if anything changed.
pub async fn run(context: &Context<'_>, args: &Args) -> Result<ExitCode> {
    let project = context.project()?;
    let resolved = pin::resolve(&project, context.ui.events()).await?;
    let changed = !resolved.changes.is_empty();
    let written = changed && !args.check;
    if written {
        pin::write(&project, &resolved.pins)?;
    }
    let report = Report { version: 1, written, changes: &resolved.changes };
    args.json.print(context, &report, || text(&report))?;
    let code = if changed && args.check { Kind::Drift.exit_code() } else { 0 };
    Ok(ExitCode::from(code))
}

fn text(report: &Report<'_>) -> String {
    if report.changes.is_empty() {
        return "Every pin is what the registries have.\n".to_owned();
    }
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let row = |change: &PinChange| {
        [change.name.clone(), change.field.clone(), value(&change.old), value(&change.new)]
    };
    let rows: Vec<[String; 4]> = report.changes.iter().map(row).collect();
    ui::table(["PIN", "VALUE", "OLD", "NEW"], &rows)
}

#[cfg(test)]
#[allow(clippy::duplicate_mod, reason = "one checker serves the tests of several crates and modules")]
#[path = "../../../tests/schemas/check.rs"]
mod schema;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn report_has_both_values_and_matches_its_schema() {
        let change = |old: Option<&str>, new: Option<&str>| PinChange {
            name: "envoy".to_owned(),
            field: "index".to_owned(),
            old: old.map(str::to_owned),
            new: new.map(str::to_owned),
        };
        let changes = [change(Some("sha256:a"), Some("sha256:b")), change(None, Some("sha256:c"))];
        let report = Report { version: 1, written: true, changes: &changes };
        insta::assert_snapshot!(text(&report), @r"
        PIN    VALUE  OLD       NEW
        envoy  index  sha256:a  sha256:b
        envoy  index  -         sha256:c
        ");
        schema::assert_allowed("pins", &serde_json::to_value(&report).unwrap());
        let none = Report { version: 1, written: false, changes: &[] };
        assert!(text(&none).starts_with("Every pin"));
        schema::assert_allowed("pins", &serde_json::to_value(&none).unwrap());
    }
}
